"""Exports that many people have: known by their columns, with the rows that count and what is taken off.

A profile is a set of arguments of `Transactions`, no more: what it says can be written out, and is, in the message that
names it. How dates are written and which decimal mark is used is seen from the values.

Sources: the export pages of the shops' manuals (Shopify: Order export CSV columns; WooCommerce: Orders analytics and
Advanced Order Export; Stripe: Payments export; Square: Transactions and Items CSV; Taobao and JD: order reports of the
seller's desk), and the published tables Online Retail (UCI 352, 502), Superstore (Tableau), Northwind (Microsoft),
Telco Customer Churn (IBM) and Brazilian E-Commerce (Olist).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

_NOTHING: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Export:
    """One kind of export."""

    name: str  # what profile= takes
    title: str  # what people call it
    needs: tuple[tuple[str, ...], ...]  # columns that it has: one of each group
    roles: Mapping[str, tuple[str, ...]]  # role -> its column, the first that is there
    status: tuple[tuple[str, ...], tuple[str, ...]] | None = None  # columns, and the values that count
    where: str | None = None  # a filter of its own
    extras: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NOTHING)  # roles played if there
    month_first: bool = False

    def fits(self, columns: Sequence[str]) -> bool:
        """Whether a table has the columns of this export."""
        return all(_first(group, columns) is not None for group in self.needs)

    def arguments(self, columns: Sequence[str]) -> dict[str, str]:
        """What it says to `Transactions`."""
        found = {role: _first(names, columns) for role, names in {**self.roles, **self.extras}.items()}
        given = {role: column for role, column in found.items() if column is not None}
        if self.status is not None and (column := _first(self.status[0], columns)):
            listed = ", ".join(f"'{value}'" for value in self.status[1])
            given["where"] = f'lower("{column}") IN ({listed})'
        if self.where is not None:
            given["where"] = f"{given['where']} AND {self.where}" if "where" in given else self.where
        return given


def _first(names: Sequence[str], columns: Sequence[str]) -> str | None:
    """The first of the names that the table has, in whatever case."""
    lower = {column.strip().lower(): column for column in columns}
    return next((lower[name.lower()] for name in names if name.lower() in lower), None)


_PAID = ("paid", "partially_paid", "partially_refunded", "refunded", "partially refunded", "succeeded")
_DONE = (
    "交易成功",
    "已完成",
    "完成",
    "已签收",
    "卖家已发货",
    "卖家已发货，等待买家确认",
    "买家已付款",
    "等待出库",
    "已出库",
)

EXPORTS = (
    Export(
        "shopify", "Shopify",
        needs=(("Name",), ("Email",), ("Financial Status",), ("Total",), ("Created at",)),
        roles={"customer": ("Email",), "date": ("Created at",), "amount": ("Total",), "order": ("Name",)},
        status=(("Financial Status",), _PAID),
        extras={"refund": ("Refunded Amount",), "currency": ("Currency",)},
    ),
    Export(
        "woocommerce", "WooCommerce",
        needs=(("Order Number", "Order ID", "Order #", "order_id"), ("Order Status", "Status"),
               ("Email (Billing)", "Billing Email", "Customer Email", "billing_email", "Customer", "Customer ID"),
               ("Order Total Amount", "Order Total", "N. Revenue", "Net Revenue", "order_total")),
        roles={"customer": ("Email (Billing)", "Billing Email", "Customer Email", "billing_email", "Customer ID",
                            "Customer"),
               "date": ("Order Date", "Date", "date_created", "Paid Date"),
               "order": ("Order Number", "Order ID", "Order #", "order_id"),
               "amount": ("Order Total Amount", "Order Total", "N. Revenue", "Net Revenue", "order_total")},
        status=(("Order Status", "Status"), ("completed", "processing", "refunded", "wc-completed", "wc-processing",
                                             "wc-refunded")),
        extras={"refund": ("Order Refund Amount", "Refund Amount"), "currency": ("Order Currency", "Currency")},
    ),
    Export(
        "stripe", "Stripe",
        needs=(("id",), ("Amount",), ("Amount Refunded",), ("Status",),
               ("Created (UTC)", "Created date (UTC)", "Created")),
        roles={"customer": ("Customer ID", "Customer Email"), "amount": ("Amount",), "order": ("id",),
               "date": ("Created (UTC)", "Created date (UTC)", "Created")},
        status=(("Status",), _PAID),
        extras={"refund": ("Amount Refunded",), "currency": ("Currency",)},
    ),
    Export(
        "square", "Square",
        needs=(("Date",), ("Net Sales",), ("Gross Sales",), ("Transaction ID", "Payment ID"), ("Customer ID",)),
        roles={"customer": ("Customer ID",), "date": ("Date",), "amount": ("Net Sales",),
               "order": ("Transaction ID", "Payment ID")},
        month_first=True,
    ),
    Export(
        "taobao", "Taobao / Tmall",
        needs=(("订单编号", "子订单编号"), ("买家会员名", "买家昵称", "买家淘宝昵称"),
               ("买家实际支付金额", "实付金额", "实际支付金额"), ("订单状态", "交易状态")),
        roles={"customer": ("买家会员名", "买家昵称", "买家淘宝昵称"), "order": ("订单编号", "主订单编号"),
               "amount": ("买家实际支付金额", "实付金额", "实际支付金额"),
               "date": ("订单付款时间", "付款时间", "付款日期", "订单创建时间", "下单时间")},
        status=(("订单状态", "交易状态"), _DONE),
        extras={"refund": ("退款金额",)},
    ),
    Export(
        "jd", "JD",
        needs=(("订单号", "订单编号"), ("下单帐号", "下单账号", "用户账号", "客户账号"), ("订单状态",),
               ("结算金额", "应付金额", "订单金额", "实付金额")),
        roles={"customer": ("下单帐号", "下单账号", "用户账号", "客户账号"), "order": ("订单号", "订单编号"),
               "amount": ("结算金额", "应付金额", "实付金额", "订单金额"),
               "date": ("付款确认时间", "付款时间", "下单时间", "订单时间")},
        status=(("订单状态",), _DONE),
        extras={"refund": ("退款金额",)},
    ),
    Export(
        "online_retail", "Online Retail I",
        needs=(("InvoiceNo",), ("StockCode",), ("Quantity",), ("UnitPrice",), ("CustomerID",), ("InvoiceDate",)),
        roles={"customer": ("CustomerID",), "date": ("InvoiceDate",), "quantity": ("Quantity",),
               "price": ("UnitPrice",), "order": ("InvoiceNo",), "product": ("StockCode",)},
        month_first=True,
    ),
    Export(
        "online_retail_2", "Online Retail II",
        needs=(("Invoice",), ("StockCode",), ("Quantity",), ("Price",), ("Customer ID",), ("InvoiceDate",)),
        roles={"customer": ("Customer ID",), "date": ("InvoiceDate",), "quantity": ("Quantity",),
               "price": ("Price",), "order": ("Invoice",), "product": ("StockCode",)},
        month_first=True,
    ),
    Export(
        "superstore", "Superstore",
        needs=(("Order ID",), ("Order Date",), ("Customer ID",), ("Sales",), ("Profit",)),
        roles={"customer": ("Customer ID",), "date": ("Order Date",), "amount": ("Sales",), "order": ("Order ID",),
               "product": ("Product ID", "Product Name"), "category": ("Category",)},
        month_first=True,
    ),
    Export(
        "northwind", "Northwind",
        needs=(("CustomerID", "customer_id"), ("OrderDate", "order_date"), ("UnitPrice", "unit_price"),
               ("Quantity", "quantity"), ("Discount", "discount"), ("OrderID", "order_id")),
        roles={"customer": ("CustomerID", "customer_id"), "date": ("OrderDate", "order_date"),
               "quantity": ("Quantity", "quantity"), "price": ("UnitPrice", "unit_price"),
               "discount": ("Discount", "discount"), "order": ("OrderID", "order_id")},
        extras={"product": ("ProductID", "product_id"), "category": ("CategoryName",)},
        month_first=True,
    ),
    Export(
        "olist", "Olist",
        needs=(("customer_unique_id",), ("order_purchase_timestamp",), ("order_id",),
               ("payment_value", "price")),
        roles={"customer": ("customer_unique_id",), "date": ("order_purchase_timestamp",), "order": ("order_id",),
               "amount": ("payment_value", "price")},
        status=(("order_status",), ("delivered", "shipped", "invoiced", "approved", "processing", "created")),
        extras={"product": ("product_id",), "category": ("product_category_name",)},
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Join:
    """An export that comes in several tables, and the query that makes one of them."""

    export: str
    pieces: Mapping[str, tuple[tuple[str, ...], ...]]  # piece -> columns that it has: one of each group
    query: str  # with {piece} for each, and {piece_n} for the column found of its group n


_JOINS = (
    Join(
        "olist",
        {"orders": (("order_id",), ("customer_id",), ("order_status",), ("order_purchase_timestamp",)),
         "customers": (("customer_id",), ("customer_unique_id",)),
         "payments": (("order_id",), ("payment_value",))},
        "SELECT order_id, customer_unique_id, order_status, order_purchase_timestamp, payment_value FROM {orders} "
        "JOIN {customers} USING (customer_id) LEFT JOIN {payments} USING (order_id)",
    ),
    Join(
        "northwind",
        {"orders": (("OrderID", "order_id"), ("CustomerID", "customer_id"), ("OrderDate", "order_date")),
         "details": (("OrderID", "order_id"), ("UnitPrice", "unit_price"), ("Quantity",), ("Discount",),
                     ("ProductID", "product_id"))},
        "SELECT {orders}.{orders_0} AS OrderID, {orders_1} AS CustomerID, {orders_2} AS OrderDate, {details_1} AS "
        "UnitPrice, {details_2} AS Quantity, {details_3} AS Discount, {details_4} AS ProductID FROM {orders} JOIN "
        "{details} ON {orders}.{orders_0} = {details}.{details_0}",
    ),
)  # fmt: skip


def joined(tables: Mapping[str, Sequence[str]]) -> tuple[Export, str, list[str]] | None:
    """The export that these tables make together, the query that joins them, and the tables that it needs.

    >>> found = joined({"o": ["OrderID", "CustomerID", "OrderDate"], "d e": ["OrderID", "ProductID", "UnitPrice",
    ...                 "Quantity", "Discount"]})
    >>> found[0].name, found[2], found[1].endswith('FROM o JOIN "d e" ON o.OrderID = "d e".OrderID')
    ('northwind', ['o', 'd e'], True)
    """
    for join in _JOINS:
        names: dict[str, str] = {}
        columns: dict[str, str] = {}
        for piece, needs in join.pieces.items():
            for table, own in sorted(tables.items(), key=lambda each: len(each[1])):  # what is joined already has more
                if table not in names.values() and all(_first(group, own) is not None for group in needs):
                    names[piece] = table
                    columns |= {f"{piece}_{k}": str(_first(group, own)) for k, group in enumerate(needs)}
                    break
        if len(names) == len(join.pieces):
            places = {name: _identifier(word) for name, word in {**names, **columns}.items()}
            return named(join.export), join.query.format(**places), list(names.values())
    return None


def _identifier(name: str) -> str:
    return (
        name if re.fullmatch(r"[A-Za-z_]\w*", name) and name.lower() != "order" else '"' + name.replace('"', '""') + '"'
    )


# Tables of durations: no dates, but how long each customer stayed and whether they left.
_TENURES = ("tenure", "tenure months", "tenure in months", "tenure_months", "account length", "account_length",
            "months_on_book")  # fmt: skip
_LEFT = ("churn", "churn value", "churn label", "churn?", "exited", "churned", "is_churn", "attrition")


def names() -> list[str]:
    """What profile= takes."""
    return [export.name for export in EXPORTS]


def recognised(columns: Sequence[str]) -> Export | None:
    """The export that has these columns; None if none has.

    >>> recognised(["InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]).name
    'online_retail'
    """
    return next((export for export in EXPORTS if export.fits(columns)), None)


def named(name: str) -> Export:
    """The export of that name."""
    return next(export for export in EXPORTS if export.name == name)


def durations(columns: Sequence[str]) -> dict[str, str] | None:
    """The columns of a table that says how long customers stayed, and not when they bought; None if it does not.

    >>> durations(["customerID", "gender", "tenure", "MonthlyCharges", "Churn"])
    {'time': 'tenure', 'event': 'Churn'}
    """
    time, event = _first(_TENURES, columns), _first(_LEFT, columns)
    return {"time": time, "event": event} if time is not None and event is not None else None
