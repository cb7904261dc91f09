"""Exports as their owners have them, by the command line: the first command prints the second, and that one is right.

The files are small ones made for this, with the columns, encodings, marks and oddities of the real exports.
"""

from __future__ import annotations

import re
import shlex
import sqlite3

import pandas as pd
import pytest

from crmkit.cli import main

TEXTS = {
    "shopify": ("utf-8", """\
Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Created at,Lineitem quantity,Lineitem name,Refunded Amount
#1001,ann@x.com,paid,2024-03-01 23:30:00 -0500,USD,30.00,5.00,2.00,37.00,2024-03-01 23:29:00 -0500,1,Mug,0.00
#1001,ann@x.com,,,,,,,,2024-03-01 23:29:00 -0500,2,Cup,
#1002,bob@x.com,refunded,2024-03-05 09:00:00 -0500,USD,26.00,0.00,0.00,26.00,2024-03-05 08:59:00 -0500,1,Hat,26.00
#1003,ann@x.com,voided,,USD,11.00,0.00,0.00,11.00,2024-04-02 10:00:00 -0400,1,Hat,0.00
"""),
    "woocommerce": ("utf-8-sig", """\
Order Number,Order Status,Order Date,First Name (Billing),Email (Billing),Order Refund Amount,Order Total Amount,Item Name
101,Completed,2024-03-01 10:00,Ann,ann@x.com,0,37,Mug
102,Cancelled,2024-03-02 10:00,Bob,bob@x.com,0,5,Hat
103,Refunded,2024-03-03 10:00,Cyd,cyd@x.com,5,5,Hat
"""),
    "stripe": ("utf-8", """\
id,Description,Created date (UTC),Amount,Amount Refunded,Currency,Fee,Mode,Status,Customer ID,Customer Email,Captured
ch_1,Invoice 1,2024-03-01 10:00:00,40.00,3.00,usd,1.46,Live,Paid,cus_1,ann@x.com,true
ch_2,Invoice 2,2024-03-02 10:00:00,9.00,0.00,usd,0.00,Live,Failed,cus_2,bob@x.com,false
"""),
    "square": ("utf-8", """\
Date,Time,Time Zone,Gross Sales,Discounts,Net Sales,Tax,Tip,Total Collected,Transaction ID,Payment ID,Event Type,Customer ID
03/01/2024,18:22:33,Eastern Time (US & Canada),"$1,050.00",($3.00),"$1,047.00",$2.00,$0.00,"$1,049.00",t1,p1,Payment,CUS1
03/02/2024,10:02:03,Eastern Time (US & Canada),"($1,010.00)",$0.00,"($1,010.00)",$0.00,$0.00,"($1,010.00)",t2,p2,Refund,CUS1
03/03/2024,10:02:03,Eastern Time (US & Canada),$5.00,$0.00,$5.00,$0.00,$0.00,$5.00,t3,p3,Payment,
"""),
    "taobao": ("gb18030", """\
订单编号,买家会员名,买家支付宝账号,支付单号,买家应付货款,总金额,买家实际支付金额,订单状态,收货人姓名,收货地址 ,联系手机,订单创建时间,订单付款时间 ,宝贝标题 ,退款金额
="1234567890123456789",甲先生,a@163.com,="2024030122001",37.00,37.00,37.00,交易成功,张三,某地,'13800000000,2024-03-01 00:10:00,2024-03-01 00:17:59,杯子,0.00
="1234567890123456790",乙女士,b@163.com,,99.00,99.00,0.00,交易关闭,李四,某地,'13800000001,2024-03-02 10:00:00,,帽子,0.00
"""),
    "jd": ("gbk", """\
订单号,商品名称,订购数量,支付方式,下单时间,京东价,订单金额,结算金额,应付金额,订单状态,下单帐号,客户姓名,付款确认时间
123456789012,杯子,1,在线支付,2024-03-01 00:17:59,40.00,40.00,37.00,37.00,完成,jd_甲,张三,2024-03-01 00:18:10
123456789013,帽子,1,在线支付,2024-03-02 10:00:00,9.00,9.00,9.00,9.00,(删除)等待出库,jd_乙,李四,
"""),
    "online_retail": ("latin-1", """\
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,CREAM CUPID HANGER £5,20,12/1/2010 8:26,2.00,17850,United Kingdom
C536379,D,Discount,-5,12/1/2010 9:41,0.60,17850,United Kingdom
536380,X,no customer,1,12/13/2010 9:41,9.60,,United Kingdom
"""),
    "superstore": ("latin-1", """\
Row ID,Order ID,Order Date,Ship Date,Customer ID,Customer Name,Segment,Product ID,Category,Product Name,Sales,Quantity,Discount,Profit
1,CA-2016-152156,11/8/2016,11/11/2016,CG-12520,Claire Gute,Consumer,FUR-1,Furniture,Bush\xa0Collection,30.00,2,0,41.9136
2,CA-2016-138688,6/12/2016,6/16/2016,DV-13045,Darrin Van Huff,Corporate,OFF-1,Office Supplies,Café Labels,7.00,2,0,6.8714
"""),
    "northwind": ("utf-8", """\
OrderID,CustomerID,EmployeeID,OrderDate,ShippedDate,ProductID,UnitPrice,Quantity,Discount
10248,VINET,5,1996-07-04 00:00:00.000,1996-07-16 00:00:00.000,11,20.00,2,0.1
10249,TOMSP,6,1996-07-05 00:00:00.000,1996-07-10 00:00:00.000,14,1.00,1,0
"""),
    "olist": ("utf-8", """\
order_id,customer_id,customer_unique_id,order_status,order_purchase_timestamp,payment_value
o1,k1,u1,delivered,2017-10-02 10:56:33,30.00
o2,k2,u2,canceled,2018-07-24 20:41:37,9.00
o3,k3,u1,delivered,2018-08-08 08:38:49,7.00
"""),
}  # fmt: skip
PARTS = {
    "olist_orders_dataset": """\
order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at
o1,k1,delivered,2017-10-02 10:56:33,2017-10-02 11:07:15
o2,k2,canceled,2018-07-24 20:41:37,
o3,k3,delivered,2018-08-08 08:38:49,2018-08-08 08:55:23
""",
    "olist_customers_dataset": """\
customer_id,customer_unique_id,customer_zip_code_prefix,customer_city
k1,u1,14409,franca
k2,u2,09790,sao bernardo do campo
k3,u1,01151,sao paulo
""",
    "olist_order_payments_dataset": """\
order_id,payment_sequential,payment_type,payment_value
o1,1,credit_card,27.00
o1,2,voucher,3.00
o2,1,boleto,9.00
o3,1,credit_card,7.00
""",
}


def used(words, capsys):
    """Rows, customers and money that a command uses; or what it says instead."""
    status = main(["check", *words])
    said = capsys.readouterr()
    if status:
        return status, said.err
    line = next(line for line in said.out.splitlines() if line.startswith("used"))
    return 0, line.split()[-1]


def second_of(said, first):
    """The command that an error prints, as the words behind `crmkit check`."""
    call = re.search(r"(?:Say|Name the columns:) (.*?)(?:, which stands for .*)?$", said.strip().split("\n")[-1])
    words = shlex.split(call[1])
    paths = [] if words[0].startswith("--") is False else first
    return [*paths, *words]


def two_commands(first, capsys):
    status, said = used(first, capsys)
    assert status in (1, 2), said
    return used(second_of(said, first), capsys)


@pytest.mark.parametrize("name", TEXTS)
def test_the_command_that_the_first_one_prints_is_right(name, tmp_path, capsys):
    """37 in all, whatever is cancelled, refunded or nobody's."""
    encoding, text = TEXTS[name]
    path = tmp_path / "export.csv"
    path.write_bytes(text.encode(encoding))
    assert two_commands([str(path)], capsys) == (0, "37.00")


@pytest.mark.parametrize("dates", ["excel", "text"])
def test_books_of_online_retail_ii_have_two_sheets(dates, tmp_path, capsys):
    table = pd.DataFrame({
        "Invoice": [489434, "C489449"], "StockCode": ["85048", 22087], "Description": ["LIGHTS", "BUNTING"],
        "Quantity": [20, -5], "InvoiceDate": pd.to_datetime(["2009-12-01 07:45", "2009-12-01 10:33"]),
        "Price": [2.0, 0.6], "Customer ID": [13085.0, 13085.0], "Country": ["United Kingdom", "Australia"],
    })  # fmt: skip
    if dates == "text":
        table["InvoiceDate"] = table["InvoiceDate"].dt.strftime("%m/%d/%Y %H:%M")
    path = tmp_path / "online_retail_II.xlsx"
    with pd.ExcelWriter(path) as book:
        for at, sheet in enumerate(("Year 2009-2010", "Year 2010-2011")):
            table.iloc[[at]].to_excel(book, sheet_name=sheet, index=False)
    assert two_commands([str(path)], capsys) == (0, "37.00")


@pytest.mark.parametrize("given", [["olist_orders_dataset"], list(PARTS), ["olist_order_payments_dataset"]])
def test_tables_of_olist_are_joined_by_the_query_that_is_printed(given, tmp_path, capsys):
    for name, text in PARTS.items():
        (tmp_path / f"{name}.csv").write_text(text)
    assert two_commands([str(tmp_path / f"{name}.csv") for name in given], capsys) == (0, "37.00")


def test_tables_of_northwind_are_joined_in_their_database_or_as_files(tmp_path, capsys):
    path = tmp_path / "northwind.db"
    with sqlite3.connect(path) as database:
        database.executescript("""
            CREATE TABLE Orders(OrderID INTEGER, CustomerID TEXT, OrderDate DATETIME, Freight NUMERIC);
            CREATE TABLE "Order Details"(OrderID INTEGER, ProductID INTEGER, UnitPrice NUMERIC, Quantity INTEGER,
                                         Discount REAL);
            CREATE TABLE Products(ProductID INTEGER, UnitPrice NUMERIC);
            INSERT INTO Orders VALUES (10248, 'VINET', '1996-07-04', 1), (10249, 'TOMSP', '1996-07-05', 2);
            INSERT INTO "Order Details" VALUES (10248, 11, 20, 2, 0.1), (10249, 14, 1, 1, 0);
        """)
    database.close()
    assert two_commands([str(path)], capsys) == (0, "37.00")
    (tmp_path / "orders.csv").write_text(
        "orderID,customerID,orderDate\n10248,VINET,1996-07-04\n10249,TOMSP,1996-07-05\n"
    )
    (tmp_path / "order_details.csv").write_text(
        "orderID,productID,unitPrice,quantity,discount\n10248,11,20.00,2,0.1\n10249,14,1.00,1,0\n"
    )
    assert two_commands([str(tmp_path / "orders.csv")], capsys) == (0, "37.00")


OTHERS = {
    "titles above a table": "Umsatzliste 2024;;\n;;\nKundennr;Datum;Betrag\nA;1.2.2024;1.000,50\nB;13.2.2024;2,50\n",
    "names in another encoding": "Kunde;Datum;Betrag;Größe\nA;1.2.2024;1.000,50;S\nB;13.2.2024;2,50;M\n",
    "names in big5": "會員,付款日期,實付金額\n甲先生,2024/1/2,1000.50\n乙小姐,2024/1/3,2.50\n",
    "names in shift_jis": "会員番号,日付,売上\nあい,2024/01/02,1000.50\nうえ,2024/01/03,2.50\n",
    "names in cp949": "고객,날짜,금액\n가나,2024-01-02,1000.50\n다라,2024-01-03,2.50\n",
}  # fmt: skip
ENCODINGS = {"names in another encoding": "cp1252", "names in big5": "big5", "names in shift_jis": "shift_jis",
             "names in cp949": "euc_kr"}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_several_things_to_say_are_said_at_once(name, tmp_path, capsys):
    path = tmp_path / "sales.csv"
    path.write_bytes(OTHERS[name].encode(ENCODINGS.get(name, "utf-8")))
    assert two_commands([str(path)], capsys) == (0, "1,003.00")


TELCO = """\
customerID,gender,tenure,Contract,MonthlyCharges,TotalCharges,Churn
7590-VHVEG,Female,1,Month-to-month,29.85,29.85,No
5575-GNVDE,Male,34,One year,56.95,1889.5,No
3668-QPYBK,Male,2,Month-to-month,53.85,108.15,Yes
4472-LVYGI,Female,0,Two year,52.55, ,No
"""


def test_durations_come_to_a_curve_in_two_commands(tmp_path, capsys):
    """Two of the four were seen to 2 or longer, and one of them left: half stay."""
    path = tmp_path / "telco.csv"
    path.write_text(TELCO)
    assert main(["check", str(path)]) == 1
    call = shlex.split(capsys.readouterr().err.split("Use: ")[1])
    assert call[:2] == ["crmkit", "survival"]
    target = tmp_path / "curve.csv"
    assert main([*call[1:], "-o", str(target)]) == 0
    curve = pd.read_csv(target)
    assert curve.loc[curve["time"] == 2, ["n_at_risk", "n_events", "survival"]].values.tolist() == [[2, 1, 0.5]]
    assert main(["survival", str(path), "--time", "gender", "--event", "Churn"]) == 1
    assert "no numbers: 'Female'" in capsys.readouterr().err


def test_contracts_with_foreign_dates_come_to_rates_in_two_commands(tmp_path, capsys):
    path = tmp_path / "contracts.csv"
    path.write_text(
        "Customer_ID,Plan_Start_Date,Plan_Cancel_Date,Monthly_Pay\nA1,01/30/2014,09/19/2014,14.99\nA2,03/04/2014,,29.99\n"
    )
    first = ["contracts", str(path), "--as-of", "2014-12-31"]
    assert main(first) == 1
    said = capsys.readouterr().err
    options = re.findall(r"--[\w-]+ \S+", said.strip().split("\n")[-1])
    assert main([*first, *(word for option in options for word in shlex.split(option))]) == 0
    assert "2014-09" in capsys.readouterr().out
