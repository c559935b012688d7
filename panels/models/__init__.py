"""The rows of the database. Rules about one row are here. Code about several rows belongs to an activity."""

from panels.models.action import ActionLine, OrderAction
from panels.models.balance_reading import BalanceReading
from panels.models.batch import Batch, BatchLine
from panels.models.client import Campaign, Client
from panels.models.client_day import ClientDay, ClientUnits, Recount
from panels.models.entry import Entry
from panels.models.event import OrderEvent
from panels.models.exchange_rate import ExchangeRate
from panels.models.id_search import FoundId, IdSearch
from panels.models.label_change import LabelChange
from panels.models.mail import Mail
from panels.models.operations import Controls, JobRun, Worker
from panels.models.order import Order
from panels.models.order_limit import OrderLimit
from panels.models.order_text import OrderText
from panels.models.panel import Panel
from panels.models.panel_day import PanelDay
from panels.models.person import PersonalSettings
from panels.models.preferences import Preferences
from panels.models.product import Product, ProductGrade, RefillClass
from panels.models.reading import OrderReading
from panels.models.record import ServiceRecord
from panels.models.refill import Refill
from panels.models.refusal import RefusalWords
from panels.models.saved_view import SavedView
from panels.models.service import Service, ServiceChange
from panels.models.service_facts import ServiceFacts, ServiceMark
from panels.models.session import Session
from panels.models.source_table import ColumnTitle, SourceTable
from panels.models.status_word import StatusWord
from panels.models.total import DayTotal

__all__ = [
    "ActionLine",
    "BalanceReading",
    "Batch",
    "BatchLine",
    "Campaign",
    "Client",
    "ClientDay",
    "ClientUnits",
    "ColumnTitle",
    "Controls",
    "DayTotal",
    "Entry",
    "ExchangeRate",
    "FoundId",
    "IdSearch",
    "JobRun",
    "LabelChange",
    "Mail",
    "Order",
    "OrderAction",
    "OrderEvent",
    "OrderLimit",
    "OrderReading",
    "OrderText",
    "Panel",
    "PanelDay",
    "PersonalSettings",
    "Preferences",
    "Product",
    "ProductGrade",
    "Recount",
    "Refill",
    "RefillClass",
    "RefusalWords",
    "SavedView",
    "Service",
    "ServiceChange",
    "ServiceFacts",
    "ServiceMark",
    "ServiceRecord",
    "Session",
    "SourceTable",
    "StatusWord",
    "Worker",
]
