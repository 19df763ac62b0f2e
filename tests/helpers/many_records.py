"""Records enough for long responses."""

from sqlalchemy import text

A_WEEK_OF_EVERY_POINT = text("""
    INSERT INTO restriction (valid_during, recorded_during, point_of_entry_id, operational_status, measures,
                             affected_populations, measures_digest, source_id, comment)
    SELECT daterange(date '2020-03-01' + 7 * week, date '2020-03-08' + 7 * week),
           tstzrange('2020-06-01 00:00+00', NULL),
           p.id, 'closed', '{movement_restricted,other}', '{tourists}', gen_random_uuid(), s.id, 'week ' || week
    FROM (SELECT id FROM point_of_entry ORDER BY id LIMIT 1000) p, generate_series(0, 99) week,
         (SELECT min(id) AS id FROM source) s
""")
