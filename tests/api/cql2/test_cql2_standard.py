"""Every shape of filter with an example in the standard (21-065r2, clauses 6 to 8), as text and JSON."""

import json
import re
from typing import Any

import pytest

from api.cql2.json_parser import parse_json
from api.cql2.sql_spatial import serialize_filter_json, serialize_filter_text
from api.cql2.text_parser import parse_text

RING = "(43.7 -79.3, 43.8 -79.3, 43.8 -79.2, 43.7 -79.3)"
RING_JSON = "[[[43.7,-79.3],[43.8,-79.3],[43.8,-79.2],[43.7,-79.3]]]"
DEEP = "(-49.9 0.5 -75.3, -1.5 -0.9 -100.0, 0.0 0.5 -0.3, -49.9 0.5 -75.3)"
DEEP_JSON = "[[[-49.9,0.5,-75.3],[-1.5,-0.9,-100.0],[0.0,0.5,-0.3],[-49.9,0.5,-75.3]]]"
# Text, and JSON in which `a` means {"property":"a"}.
EXAMPLES = [
    ("avg(a)", '{"op":"avg","args":[a]}'),
    ("a='Suva'", '{"op":"=","args":[a,"Suva"]}'),
    ("avg(a) < 4", '{"op":"<","args":[{"op":"avg","args":[a]},4]}'),
    ("a-150.0 > 0", '{"op":">","args":[{"op":"-","args":[a,150.0]},0]}'),
    ("a >= date('1970-01-01')", '{"op":">=","args":[a,{"date":"1970-01-01"}]}'),
    ("a IS NOT NULL", '{"op":"not","args":[{"op":"isNull","args":[a]}]}'),
    ("NOT a IS NULL", '{"op":"not","args":[{"op":"isNull","args":[a]}]}'),
    ("a LIKE 'Su%'", '{"op":"like","args":[a,"Su%"]}'),
    ("a BETWEEN 100.0 and 150.0", '{"op":"between","args":[a,100.0,150.0]}'),
    ("a NOT BETWEEN 10 AND 20", '{"op":"not","args":[{"op":"between","args":[a,10,20]}]}'),
    ("NOT a BETWEEN 10 AND 20", '{"op":"not","args":[{"op":"between","args":[a,10,20]}]}'),
    ("a IN ('Suva','Nadi','New York')", '{"op":"in","args":[a,["Suva","Nadi","New York"]]}'),
    ("a NOT IN (1,2,3,4)", '{"op":"not","args":[{"op":"in","args":[a,[1,2,3,4]]}]}'),
    ("a IN (1.0, 2.0, 3.0)", '{"op":"in","args":[a,[1.0,2.0,3.0]]}'),
    (
        "CASEI(a) IN (CASEI('Οδος'),CASEI('Straße'))",
        '{"op":"in","args":[{"op":"casei","args":[a]},[{"op":"casei","args":["Οδος"]},{"op":"casei","args":["Straße"]}]]}',
    ),
    (
        "ACCENTI(a) = ACCENTI('débárquér')",
        '{"op":"=","args":[{"op":"accenti","args":[a]},{"op":"accenti","args":["débárquér"]}]}',
    ),
    (
        "CASEI(a) LIKE CASEI('%suva%')",
        '{"op":"like","args":[{"op":"casei","args":[a]},{"op":"casei","args":["%suva%"]}]}',
    ),
    ("a LIKE CASEI('SUVA%')", '{"op":"like","args":[a,{"op":"casei","args":["SUVA%"]}]}'),
    ("S_INTERSECTS(a,POINT(36.3 32.2))", '{"op":"s_intersects","args":[a,{"type":"Point","coordinates":[36.3,32.2]}]}'),
    (
        f"S_CROSSES(a,POLYGON({RING}))",
        '{"op":"s_crosses","args":[a,{"type":"Polygon","coordinates":' + RING_JSON + "}]}",
    ),
    (
        f"s_crosses(LINESTRING(43.7 -79.2,\n 43.8 -79.3), POLYGON ({RING}))",
        '{"op":"s_crosses","args":[{"type":"LineString","coordinates":[[43.7,-79.2],[43.8,-79.3]]},'
        '{"type":"Polygon","coordinates":' + RING_JSON + "}]}",
    ),
    (
        "T_INTERSECTS(a, INTERVAL('1969-07-16T05:32:00Z', '1969-07-24T16:50:35Z'))",
        '{"op":"t_intersects","args":[a,{"interval":["1969-07-16T05:32:00Z","1969-07-24T16:50:35Z"]}]}',
    ),
    (
        "T_DURING(INTERVAL(a, b), INTERVAL('1969-07-16', '..'))",
        '{"op":"t_during","args":[{"interval":[a,b]},{"interval":["1969-07-16",".."]}]}',
    ),
    (
        "T_DISJOINT(INTERVAL('..', '2005-01-10T01:01:01.393216Z'), INTERVAL(a, b))",
        '{"op":"t_disjoint","args":[{"interval":["..","2005-01-10T01:01:01.393216Z"]},{"interval":[a,b]}]}',
    ),
    (
        "T_FINISHES(INTERVAL(a, b), INTERVAL('1991-10-07', '2010-02-10T05:29:20.073225Z'))",
        '{"op":"t_finishes","args":[{"interval":[a,b]},{"interval":["1991-10-07","2010-02-10T05:29:20.073225Z"]}]}',
    ),
    *(
        (
            f"T_{name.upper()}(INTERVAL(a, b), INTERVAL('2005-01-10', '2010-02-10'))",
            '{"op":"t_' + name + '","args":[{"interval":[a,b]},{"interval":["2005-01-10","2010-02-10"]}]}',
        )
        for name in ("contains", "finishedBy", "meets", "metBy", "overlappedBy", "overlaps", "startedBy", "starts")
    ),
    *(
        (f"T_{name.upper()}(a, DATE('2010-02-10'))", '{"op":"t_' + name + '","args":[a,{"date":"2010-02-10"}]}')
        for name in ("after", "before", "disjoint", "equals", "intersects")
    ),
    (
        "T_BEFORE(a, TIMESTAMP('2012-08-10T05:30:00.000000Z'))",
        '{"op":"t_before","args":[a,{"timestamp":"2012-08-10T05:30:00Z"}]}',
    ),
    ("A_CONTAINS(a, ('x-1','x-2'))", '{"op":"a_contains","args":[a,["x-1","x-2"]]}'),
    ("A_CONTAINEDBY(\"a\", ('x', 'y', 'z'))", '{"op":"a_containedBy","args":[a,["x","y","z"]]}'),
    ("A_EQUALS(('x', TRUE, 1.0, 8), a)", '{"op":"a_equals","args":[["x",true,1.0,8],a]}'),
    (
        "A_OVERLAPS(a, (TIMESTAMP('2012-08-10T05:30:00Z'), DATE('2010-02-10'), FALSE))",
        '{"op":"a_overlaps","args":[a,[{"timestamp":"2012-08-10T05:30:00Z"},{"date":"2010-02-10"},false]]}',
    ),
    ("S_WITHIN(a,Buffer(b,10,'m'))", '{"op":"s_within","args":[a,{"op":"Buffer","args":[b,10,"m"]}]}'),
    ("a > (b-1)", '{"op":">","args":[a,{"op":"-","args":[b,1]}]}'),
    ("a <> (22.1 * b)", '{"op":"<>","args":[a,{"op":"*","args":[22.1,b]}]}'),
    ("a = (2 / b)", '{"op":"=","args":[a,{"op":"/","args":[2,b]}]}'),
    ("a <= (2 ^ b)", '{"op":"<=","args":[a,{"op":"^","args":[2,b]}]}'),
    ("0 = (a % 2)", '{"op":"=","args":[0,{"op":"%","args":[a,2]}]}'),
    ("1 = (a div 2)", '{"op":"=","args":[1,{"op":"div","args":[a,2]}]}'),
    (
        'a = - b * 2.0 + "c" / 6.1 - "d" ^ 2.0',
        (
            '{"op":"=","args":[a,{"op":"-","args":[{"op":"+","args":[{"op":"*","args":[{"op":"*","args":[-1,b]},2.0]},'
            '{"op":"/","args":[c,6.1]}]},{"op":"^","args":[d,2.0]}]}]}'
        ),
    ),
    (
        "a < 0.1 AND b=28 AND c=203",
        '{"op":"and","args":[{"op":"<","args":[a,0.1]},{"op":"=","args":[b,28]},{"op":"=","args":[c,203]}]}',
    ),
    ("a=0.1 OR a=0.2", '{"op":"or","args":[{"op":"=","args":[a,0.1]},{"op":"=","args":[a,0.2]}]}'),
    (
        "    a BETWEEN 0.1 AND 0.2\nAND b=28",
        '{"op":"and","args":[{"op":"between","args":[a,0.1,0.2]},{"op":"=","args":[b,28]}]}',
    ),
    (
        "a=true AND (b>5\n   OR  c LIKE 'brick%')",
        '{"op":"and","args":[{"op":"=","args":[a,true]},{"op":"or","args":[{"op":">","args":[b,5]},{"op":"like","args":[c,"brick%"]}]}]}',
    ),
    (
        "(a>5 AND b='x') OR c=true",
        '{"op":"or","args":[{"op":"and","args":[{"op":">","args":[a,5]},{"op":"=","args":[b,"x"]}]},{"op":"=","args":[c,true]}]}',
    ),
    (
        "NOT (a<5) OR b=true",
        '{"op":"or","args":[{"op":"not","args":[{"op":"<","args":[a,5]}]},{"op":"=","args":[b,true]}]}',
    ),
    ("S_WITHIN(a,BBOX(-118,33.8,-117.9,34))", '{"op":"s_within","args":[a,{"bbox":[-118,33.8,-117.9,34]}]}'),
    (
        "S_INTERSECTS(a, BBOX(160.6,-55.95,-170,-25.89))",
        '{"op":"s_intersects","args":[a,{"bbox":[160.6,-55.95,-170,-25.89]}]}',
    ),
    (
        "S_INTERSECTS(a, BBOX(-128.1, -1.1, -99999.0, 180.0, 90.0, 1e5))",
        '{"op":"s_intersects","args":[a,{"bbox":[-128.1,-1.1,-99999,180,90,100000]}]}',
    ),
    (
        f"S_EQUALS(POLYGON (\n  {RING}\n), a)",
        '{"op":"s_equals","args":[{"type":"Polygon","coordinates":' + RING_JSON + "},a]}",
    ),
    (
        f"S_DISJOINT(a, MULTIPOLYGON (({RING})))",
        '{"op":"s_disjoint","args":[a,{"type":"MultiPolygon","coordinates":[' + RING_JSON + "]}]}",
    ),
    (
        "S_TOUCHES(a, MULTILINESTRING ((-1.9 -0.9, 75.2 1.5),(-1.9 -1.1, 1.5 8.5)))",
        '{"op":"s_touches","args":[a,{"type":"MultiLineString","coordinates":[[[-1.9,-0.9],[75.2,1.5]],[[-1.9,-1.1],[1.5,8.5]]]}]}',
    ),
    (
        f"S_WITHIN(POLYGON ({DEEP}), a)",
        '{"op":"s_within","args":[{"type":"Polygon","coordinates":' + DEEP_JSON + "},a]}",
    ),
    (
        f"S_WITHIN(POLYGON Z ({DEEP}), a)",
        '{"op":"s_within","args":[{"type":"Polygon","coordinates":' + DEEP_JSON + "},a]}",
    ),
    ("S_CONTAINS(a, POINT (-3.5 -1.7))", '{"op":"s_contains","args":[a,{"type":"Point","coordinates":[-3.5,-1.7]}]}'),
    ("S_OVERLAPS(a, b)", '{"op":"s_overlaps","args":[a,b]}'),
    (
        "S_EQUALS(MULTIPOINT ((180.0 -0.5), (179.0 -47.1)), a)",
        '{"op":"s_equals","args":[{"type":"MultiPoint","coordinates":[[180.0,-0.5],[179.0,-47.1]]},a]}',
    ),
    (
        "S_EQUALS(GEOMETRYCOLLECTION (POINT (1.9 2.0), LINESTRING (179.0 1.1, 0.5 0.3)), a)",
        (
            '{"op":"s_equals","args":[{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1.9,2.0]},'
            '{"type":"LineString","coordinates":[[179.0,1.1],[0.5,0.3]]}]},a]}'
        ),
    ),
    ("FALSE <> Bar(a, 100, 'x', 'y', FALSE)", '{"op":"<>","args":[false,{"op":"Bar","args":[a,100,"x","y",false]}]}'),
    ("Foo(a) = TRUE", '{"op":"=","args":[{"op":"Foo","args":[a]},true]}'),
    ("a = 'Via dell''Avvento'", '{"op":"=","args":[a,"Via dell\'Avvento"]}'),
]


@pytest.mark.parametrize(("text", "document"), EXAMPLES, ids=[case[0][:60] for case in EXAMPLES])
def test_both_forms_are_read_alike_and_written_back(text: str, document: str) -> None:
    tree = parse_text(text)
    assert parse_json(expanded(document)) == tree
    assert serialize_filter_json(tree) == expanded(document)
    assert parse_text(serialize_filter_text(tree)) == tree


def expanded(document: str) -> Any:
    return json.loads(re.sub(r"([\[,])([abcd])(?=[,\]])", r'\1{"property":"\2"}', document))
