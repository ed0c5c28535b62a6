"""Shapes measured on real data (see docs/sample.md and `python -m sample.shapes ../shared/data`).

Each table is a list of quantiles at `AT`, or shares that add up to one. Nothing here is read at run time.
"""

AT = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)

# UCI Online Retail: lines per invoice (8,802 invoices with a customer). A wholesaler: used divided by five.
ONLINE_LINES = (1, 1, 2, 5, 8, 11, 14, 18, 23, 30, 44, 58, 94)
ONLINE_LINES_DIVISOR = 5
# UCI Online Retail: days between two purchases of one customer (5,016 gaps), mean 35.37.
ONLINE_GAPS = (0.5, 2.12, 4.10, 7.70, 12.78, 18.11, 25.16, 33.79, 42.53, 55.99, 83.06, 108.93, 156.14)
ONLINE_GAPS_MEAN = 35.37
# UCI Online Retail: customers by number of invoices (2,963 customers; 1, 2, 3, ...).
ONLINE_FREQUENCY = (
    1357,
    615,
    338,
    189,
    113,
    81,
    66,
    43,
    24,
    25,
    16,
    17,
    13,
    14,
    8,
    5,
    8,
    7,
    5,
    2,
    2,
    1,
    2,
    0,
    1,
    3,
)
# UCI Online Retail: invoices by hour, from 7 to 20 o'clock. Office hours: used for the office desktop.
ONLINE_HOURS = {
    7: 0.0022,
    8: 0.0287,
    9: 0.0758,
    10: 0.1231,
    11: 0.1242,
    12: 0.1542,
    13: 0.1348,
    14: 0.1230,
    15: 0.1184,
    16: 0.0644,
    17: 0.0309,
    18: 0.0105,
    19: 0.0091,
    20: 0.0008,
}
# UCI Online Retail: value of cancelled lines as a share of sales.
ONLINE_RETURNED_VALUE = 0.0664
# UCI Online Retail: share of lines without a customer.
ONLINE_ANONYMOUS_LINES = 0.2807

# Complete Journey: lines per basket (78,536 baskets). Groceries: used divided by two.
STORE_LINES = (1, 1, 1, 1, 2, 3, 5, 7, 10, 15, 25, 35, 58)
STORE_LINES_DIVISOR = 2
# Complete Journey: share of lines with quantity 1, 2, 3, more.
STORE_QUANTITIES = ((1, 0.803), (2, 0.132), (3, 0.032), (4, 0.033))
# Complete Journey: baskets by hour; the file is in UTC, the stores are five hours behind. Cut to 10 to 22.
STORE_HOURS = {
    10: 0.0562,
    11: 0.0679,
    12: 0.0691,
    13: 0.0717,
    14: 0.0753,
    15: 0.0847,
    16: 0.0977,
    17: 0.0964,
    18: 0.0840,
    19: 0.0684,
    20: 0.0533,
    21: 0.0348,
}
# Complete Journey: baskets by day of the week, Monday first.
STORE_WEEKDAYS = (0.1392, 0.1341, 0.1295, 0.1343, 0.1369, 0.1606, 0.1654)

# Snowplow's web sample: sessions by page views (18 sessions, so a hint and no more).
SESSION_PAGES = ((1, 9), (2, 1), (3, 4), (4, 1), (6, 2), (7, 1))

# Not measured, our own assumption: hours of private browsing on phone and home desktop.
PHONE_HOURS = {
    7: 0.05,
    8: 0.08,
    9: 0.06,
    10: 0.05,
    11: 0.05,
    12: 0.07,
    13: 0.07,
    14: 0.05,
    15: 0.04,
    16: 0.04,
    17: 0.06,
    18: 0.08,
    19: 0.08,
    20: 0.08,
    21: 0.07,
    22: 0.05,
    23: 0.02,
}
HOME_HOURS = {
    9: 0.03,
    10: 0.04,
    13: 0.04,
    17: 0.06,
    18: 0.09,
    19: 0.13,
    20: 0.18,
    21: 0.20,
    22: 0.15,
    23: 0.08,
}
