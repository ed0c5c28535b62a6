"""Prints the shapes of real data beside those of a sample: `python -m sample.shapes SHARED_DATA SAMPLE`.

SHARED_DATA is the folder that holds online_retail, completejourney and snowplow_web; SAMPLE one written by
`python -m sample`. Needs duckdb (the generator does not). Quantiles are also printed divided by their median,
because baskets of a wholesaler and a grocer are scaled down and only their shape is kept.
"""

import sys

import duckdb

_REAL = """
create view lines as
select InvoiceNo as inv, try_cast(Quantity as double) as q, try_cast(InvoiceDate as timestamp) as moment,
    try_cast(UnitPrice as double) as price, nullif(CustomerID, '') as who
from read_csv('{real}/online_retail/online_retail.csv.gz', all_varchar = true);
create view invoices as
select inv, any_value(who) as who, min(moment) as moment, count(*) as lines from lines
where inv not like 'C%' and q > 0 and price > 0 group by inv;
create view baskets as
select household_id as who, basket_id, count(*) as lines,
    min(transaction_timestamp) - interval 5 hour as moment
from '{real}/completejourney/transactions.parquet' group by all;
create view real_sessions as
select page_views::int as pages
from read_csv('{real}/snowplow_web/expected/snowplow_web_sessions_expected.csv', all_varchar = true);
"""
_MADE = """
create table orders as
select * from (
    select distinct on (id) id, (id::bigint - 5000000000000) // 1000 as who, device_type, customer_id,
        created_at::timestamptz at time zone 'UTC' + interval 3 hour as moment, total_price::double as total,
        client_user_agent as agent
    from read_csv('{made}/shop/orders/*.csv.gz', all_varchar = true)
);
create view order_baskets as
select order_id, count(*) as lines
from read_csv('{made}/shop/order_lines/*.csv.gz', all_varchar = true) group by all;
create view receipts as
select receipt_id, kind, total_amount::double as total,
    left(replace(occurred_at, 'T', ' '), 19)::timestamp as moment,
    loyalty_card_no is null and phone is null and email is null as anonymous, store_id,
    regexp_extract(receipt_id, '-(\\d{{9}})$', 1) as who
from read_csv('{made}/pos/receipts/*.csv.gz', all_varchar = true);
create view receipt_baskets as
select receipt_id, count(*) as lines
from read_csv('{made}/pos/receipt_lines/*.csv.gz', all_varchar = true)
where receipt_id in (select receipt_id from receipts where kind = 'sale') group by all;
create table calls as
select distinct on (messageId) messageId, type, event, anonymousId as anon, userId as account, channel,
    left(messageId, 12) as visit
from read_json('{made}/tracker/events/*.jsonl.gz', format = 'newline_delimited',
    columns = {{messageId: 'varchar', type: 'varchar', event: 'varchar', anonymousId: 'varchar',
        userId: 'varchar', channel: 'varchar'}});
create view visits as
select visit, count(*) filter (type in ('page', 'screen') or event = 'Product Viewed') as pages,
    max(account) as account, max((event is not distinct from 'Product Added')::int) as added,
    max((event is not distinct from 'Order Completed')::int) as bought
from calls where channel in ('web', 'app') group by visit;
"""
_AT = "[.1,.25,.5,.75,.9,.95,.99]"
_GAPS = """select quantile_cont(gap, {at}) from (
    select epoch(moment - lag(moment) over (partition by who order by moment)) / 86400 as gap
    from {table}) where gap > 0.5"""
_FREQUENCY = """select list(round(share, 3) order by n) from (
    select n, count(*) / sum(count(*)) over () as share from (
        select least(count(*), 6) as n from {table} group by who) group by n)"""
_HOURS = """select list(hour || ':' || round(share, 3) order by hour) from (
    select hour(moment) as hour, count(*) / sum(count(*)) over () as share from {table} group by all)"""
_DAYS = """select list(round(share, 3) order by day) from (
    select isodow(moment) as day, count(*) / sum(count(*)) over () as share from {table} group by all)"""
_WEB = "(select * from orders where device_type = 'desktop' and agent like '%Windows%')"
_QUANTITY = "select round(avg((quantity::int = 1)::int), 3) from {table} where quantity::int between 1 and 20"


def _numbers(value) -> str:
    if not isinstance(value, list):
        return str(value)
    text = " ".join(str(round(x, 2)) if isinstance(x, float) else str(x) for x in value)
    if len(value) == 7 and all(isinstance(x, int | float) for x in value) and value[2]:
        text += "   / median: " + " ".join(f"{x / value[2]:.2f}" for x in value)
    return text


def main(real: str, made: str) -> None:
    """Print one block per shape: what it is, the real numbers with their source, the sample's own."""
    con = duckdb.connect()
    con.execute("set threads = 2")
    con.execute(_REAL.format(real=real))
    con.execute(_MADE.format(made=made))

    def show(title: str, real_sql: str | None, made_sql: str, source: str) -> None:
        print(f"\n{title}")
        for name, sql in ((source, real_sql), ("sample", made_sql)):
            value = con.sql(sql).fetchone()[0] if sql else "-"
            print(f"  {name:16} {_numbers(value)}")

    lines = f"select quantile_disc(lines, {_AT}) from "
    show(
        "lines per online order",
        f"{lines} invoices where who is not null",
        f"{lines} order_baskets",
        "Online Retail",
    )
    show("lines per store receipt", f"{lines} baskets", f"{lines} receipt_baskets", "Complete Journey")
    known = "(select * from invoices where who is not null)"
    both = "(select who::bigint as who, moment from orders union all"
    both += " select who[:7]::bigint, moment from receipts where who <> '' and kind = 'sale')"
    show(
        "days between two purchases of a customer",
        _GAPS.format(at=_AT, table=known),
        _GAPS.format(at=_AT, table=both),
        "Online Retail",
    )
    show(
        "share of customers with 1, 2, 3, 4, 5, 6+ purchases (seven months; sample: a year)",
        _FREQUENCY.format(table=known),
        _FREQUENCY.format(table=both),
        "Online Retail",
    )
    show(
        "hour of orders (sample: office desktops)",
        _HOURS.format(table="invoices"),
        _HOURS.format(table=_WEB),
        "Online Retail",
    )
    sales = "(select * from receipts where kind = 'sale')"
    show(
        "hour of receipts (real: 10 to 22 only)",
        _HOURS.format(table="(select * from baskets where hour(moment) between 10 and 21)"),
        _HOURS.format(table=sales),
        "Complete Journey",
    )
    show(
        "receipts by day of the week, Monday first",
        _DAYS.format(table="baskets"),
        _DAYS.format(table=sales),
        "Complete Journey",
    )
    show(
        "share of store lines with quantity 1",
        _QUANTITY.format(table=f"'{real}/completejourney/transactions.parquet'"),
        _QUANTITY.format(table=f"read_csv('{made}/pos/receipt_lines/*.csv.gz', all_varchar = true)"),
        "Complete Journey",
    )
    show(
        "share of money given back (cancelled lines; refunds and cancelled orders)",
        "select round(-sum(q * price) filter (inv like 'C%') / sum(q * price) filter (inv not like 'C%'), 3)"
        " from lines where who is not null",
        f"""select round((select sum(amount::double) from
            read_csv('{made}/shop/refunds/*.csv.gz', all_varchar = true)) / sum(total), 3) from orders""",
        "Online Retail",
    )
    show(
        "share of anonymous sales (real: lines without a customer; sample: receipts without identifier)",
        "select round(avg((who is null)::int), 3) from lines",
        "select round(avg(anonymous::int), 3) from receipts where kind = 'sale'",
        "Online Retail",
    )
    pages = "select list(round(share, 3) order by pages) from (select least(pages, 8) as pages, count(*) /"
    pages += " sum(count(*)) over () as share from {} group by 1)"
    show(
        "share of sessions with 1, 2, ... page views (real: 18 sessions; sample: visits without a cart)",
        pages.format("real_sessions"),
        pages.format("visits where added = 0 and pages > 0"),
        "Snowplow sample",
    )
    show(
        "share of visits without an account",
        None,
        "select round(avg((account is null)::int), 3) from visits",
        "-",
    )
    show("share of visits with a cart", None, "select round(avg(added), 3) from visits", "-")
    show("share of visits with an order", None, "select round(avg(bought), 3) from visits", "-")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m sample.shapes SHARED_DATA SAMPLE")
    main(sys.argv[1], sys.argv[2])
