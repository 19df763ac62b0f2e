"""Values at and beyond the ends of what a parameter, a header or a member of a body can be."""

from typing import Any

TEXTS = (
    *(
        "x" * 60_000,
        "1" * 5_000,
        "é" * 5_000,
        "",
        " ",
        "\0",
        "a\0b",
        "%ED%A0%80",
        "\ufffe",
        "'",
        '"',
        "\\",
        "%",
        ";",
        "\r\n",
    ),
    *(
        "\u0663",
        "\uff11",
        "../../etc/passwd",
        "null",
        "true",
        "[" * 2_000,
        "(" * 2_000,
        "{" * 2_000,
        "😀" * 100,
        "x" * 101,
    ),
)
NUMBERS = (
    *("1" * 400, "-" + "9" * 400, "1" * 5_000, "-" + "1" * 5_000),
    *(
        "0",
        "-0",
        "-1",
        "1e400",
        "-1e400",
        "inf",
        "-inf",
        "nan",
        "NaN",
        "Infinity",
        "1_0",
        "+1",
        ".5",
        "5.",
        "1e1",
        "0x10",
    ),
    *(str(edge + step) for edge in (2**31, -(2**31), 2**53, 2**63, -(2**63)) for step in (-1, 0, 1)),
    *("1.7976931348623157e308", "5e-324", "0." + "1" * 1_000, "00000000000000000000000000000000001", "1" * 18),
)
LISTS = (
    ",".join(f"v{number}" for number in range(10_000)),
    *(",".join(f"v{number}" for number in range(count)) for count in (500, 501)),
    *("FJI," * 3 + "FJI", ",", ",,,", "a" * 101 + ",b", ",".join(["FJI"] * 10_000)),
)
DATES = (
    *("0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "-0001-01-01", "infinity", "-infinity", "2020-02-30"),
    *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00"),
    *("9999-12-31T23:59:60Z", "2020-01-01T24:00:00Z", "0001-01-01/9999-12-31", "9999-12-31/0001-01-01", "../..", "/"),
    *("../0001-01-01", "9999-12-31/..", "0000-01-01/10000-01-01", "2020-01-01T00:00:00." + "1" * 300 + "Z"),
    *(
        "\u0662\u0660\u0662\u0660-\u0660\u0664-\u0661\u0665",
        "2020-W01-1",
        "20200101",
        "2020-001",
        "now",
        "2020-01-01/" * 50,
    ),
)
BOXES = (
    *("-180,-90,180,90", "180,-90,-180,90", "0,0,0,0", "1e400,0,1,1", "nan,nan,nan,nan", "inf,inf,inf,inf"),
    *(",".join(["1" * 400] * 4), ",".join(["1" * 5_000] * 4), ",".join(["0"] * 10_000), "1e308,-1e308,1e308,1e308"),
    *(
        "-1e308,-1e308,1e308,1e308",
        "5e-324,0,5e-324,0",
        "0,0,-1e308,0,0,1e308",
        "\u0661,\u0661,\u0662,\u0662",
        "1_0,0,1_1,1",
    ),
)
FILTERS = (
    *("(" * 1_000 + "1=1" + ")" * 1_000, "NOT " * 3_000 + "name='x'", " AND ".join(["name='x'"] * 1_500)),
    *("name='" + "x" * 16_000 + "'", "name LIKE '" + "%a" * 4_000 + "'", "name='x'" + " OR name='x'" * 900),
    *(
        "international_travel=1e400",
        "international_travel=" + "1" * 400,
        "international_travel=" + "1" * 5_000,
        "international_travel=1/0",
        "international_travel=2^10^10^10",
    ),
    *(
        "country IN (" + ",".join(["'x'"] * 5_000) + ")",
        "valid_from=DATE('0000-01-01')",
        "valid_from=DATE('9999-12-31')",
    ),
    *("S_INTERSECTS(geometry,POINT(1e308 1e308))", "S_INTERSECTS(geometry,POLYGON((0 0,1 1,0 0)))", "name='\0'"),
    "S_INTERSECTS(geometry,LINESTRING(" + ",".join(f"{n % 180} {n % 90}" for n in range(2_000)) + "))",
    '{"op":"and","args":' + "[" * 3_000 + "]" * 3_000 + "}",
    '{"op":"=","args":[{"property":"international_travel"},' + "1" * 5_000 + "]}",
    '{"op":"=","args":[{"property":"international_travel"},1e400]}',
    '{"op":"=","args":[{"property":"name"},"\\ud800"]}',
)
CURSORS = (
    *(
        "[]",
        "[null,1]",
        "[1e400]",
        '["x",1e400]',
        "[Infinity]",
        "[" + "9" * 400 + "]",
        "[" + "9" * 5_000 + "]",
        "1,1,1",
    ),
    *("0001-01-01T00:00:00+14:00,1,2020-01-01", "2020-01-01T00:00:00Z," + "9" * 400 + ",2020-01-01", '["\\ud800"]'),
)
# By a plain value of the kind: a parameter that takes this one is given the others of the kind.
KINDS = {
    "x": TEXTS,
    "7": NUMBERS,
    "FJI": LISTS,
    "2020-04-15": DATES,
    "1,2,3,4": BOXES,
    "name='x'": FILTERS,
    "1": CURSORS,
}
IN_PATHS = tuple(value for value in dict.fromkeys((*TEXTS, *NUMBERS, *DATES)) if value and "/" not in value)
LONG = "x" * 50_000
IN_HEADERS = (
    *(*NUMBERS, *LISTS, *BOXES[:2], "x" * 60_000, ",".join(["*"] * 20_000), ",".join(["a/b;q=1"] * 5_000)),
    *("*", '"', 'W/"', "²", "\xff" * 100, "q=;;;,,,", "*/*;q=nan", "*/*;q=1e400", "gzip;q=nan"),
    *("bytes=0-0", "bytes=5-1", "bytes=" + "1" * 5_000 + "-", "bytes=-" + "1" * 400, "bytes=" + "0-0," * 5_000),
    *("Basic " + "A" * 50_000, "Bearer crossings_aaaaaaaa_" + "x" * 43, f"attachment; filename={LONG}"),
    *(f"text/csv; charset={LONG}", "application/json" + ";a=b" * 10_000),
    *("multipart/form-data", f"multipart/form-data; boundary={LONG}"),
)
IN_BODIES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        2**31,
        2**63,
        -(2**63) - 1,
        1e308,
        5e-324,
        [],
        {},
        [[]],
        [None],
        [0] * 10_000,
        {"a": {}},
    ),
    *(
        "",
        " ",
        "\0",
        "\ud800",
        "x" * 201,
        "x" * 60_000,
        "\u0663",
        "1" * 400,
        "1e400",
        "nan",
        "0000-01-01",
        "9999-12-31",
    ),
    *(["x"] * 10_000, ["x"] * 400, ["\0"], ["\ud800"], [{"a": 1}], "infinity", "-infinity", "10000-01-01", "﷽" * 1_000),
)
RAW_BODIES = (
    *(
        b"",
        b"{}",
        b"[]",
        b"null",
        b"0",
        b'""',
        b"\0",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"{" * 60_000,
        b"[" * 60_000,
        b'{"a":',
    ),
    *(b"[" + b"1" * 5_000 + b"]", b'{"a":' + b"1" * 5_000 + b"}", b'{"a":NaN}', b'{"a":1e400}', b'{"a":"\\ud800"}'),
    *(b'{"a":1,"a":2}', b"[" + b",".join([b"{}"] * 5_000) + b"]", b'{"' + b"x" * 60_000 + b'":1}', b"point\n" * 5_000),
    *(b'{"a":' * depth + b"1" + b"}" * depth for depth in (300, 900)),
    *(b'{"_uuid":"a","a":' + b'{"a":' * depth + b"1" + b"}" * depth + b"}" for depth in (300, 900)),
    *(b'[{"point":' + b"[" * depth + b"]" * depth + b"}]" for depth in (300, 900)),
    *(b'{"_uuid":"a","what/comment":"\\ud800"}', b'{"_uuid":"a","comment":"\\u0000","valid_from":1e400}'),
    *(b"point," * 10_000, b"PK\x03\x04", b"PK\x05\x06" + bytes(18), b"x" * 65_000, b'{"type":"Feature"}'),
    *(b'{"type":"FeatureCollection","features":[]}', b'{"_uuid":"' + b"x" * 5_000 + b'"}', b"<xml/>"),
)
