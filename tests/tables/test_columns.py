"""The titles that people give to columns: what they mean without a doubt, and what they may mean."""

from __future__ import annotations

import pytest

from panels.bulk.adoption import EXISTING
from panels.tables.columns import COLUMNS, ORDERS, OUTCOME, fold_title

SURE = {
    "service": [
        "Service ID",
        "service_id",
        "SERVICE-ID",
        "Dienst-ID",
        "ID del servicio",
        "Услуга",
        "Hizmet ID",
        "服务",
    ],
    "link": ["URL", "Enlace", "Lien", "Ссылка", "Bağlantı", "Tautan", "الرابط", "链接", "Đường dẫn", "लिंक"],
    "campaign": ["Kampagnenname", "Nome da campanha", "Название кампании", "Kampanya adı", "Nazwa kampanii"],
    "reference": ["Referenznummer", "Número de referencia", "Numéro de référence", "Referans no", "Numer referencyjny"],
    "quantity": [
        "Wieviel",
        "Cuántos",
        "Combien",
        "Quantos",
        "Сколько",
        "Kaç adet",
        "Quanti",
        "Sztuk",
        "Qty",
        "Menge",
        "Anzahl",
        "Cantidad",
        "Quantité",
        "Количество",
        "Кол-во",
        "Adet",
        "Jumlah",
        "الكمية",
    ],
    "client": [
        "Auftraggeber",
        "Committente",
        "Zleceniodawca",
        "Müşteri adı",
        "Customer",
        "Kunde",
        "Cliente",
        "Клиент",
        "Müşteri",
        "Pelanggan",
        "العميل",
        "客户",
    ],
    "note": ["Notes", "Bemerkung", "Notas", "Remarques", "Observações", "Примечание", "Catatan", "ملاحظات"],
}


@pytest.mark.parametrize(("column", "title"), [(column, title) for column in SURE for title in SURE[column]])
def test_titles_of_many_languages_are_known(column, title):
    assert ORDERS.sure[fold_title(title)] == column


@pytest.mark.parametrize(("title", "column"), [("ID", "service"), ("Target", "link"), ("Amount", "quantity")])
def test_a_title_with_other_meanings_is_only_likely(title, column):
    assert fold_title(title) not in ORDERS.sure
    assert ORDERS.likely[fold_title(title)] == column


def test_the_id_of_an_export_of_orders_is_that_of_the_order():
    assert EXISTING.sure["id"] == "order"
    assert EXISTING.sure["date"] == "placed"


def test_every_column_has_its_own_name_and_results_are_known():
    assert {ORDERS.sure[fold_title(name)] for name in COLUMNS} == set(COLUMNS)
    assert {ORDERS.sure[fold_title(name)] for name in OUTCOME} == set(OUTCOME)
    assert ORDERS.needed == "service"


@pytest.mark.parametrize("kind", [ORDERS, EXISTING])
def test_a_title_means_one_column_at_most(kind):
    assert set(kind.sure.values()) <= {*kind.columns, *OUTCOME}
    assert "" not in kind.sure
    assert "" not in kind.likely


def test_titles_are_compared_without_case_accents_and_signs_and_by_their_start_only():
    assert fold_title(" Qté: ") == fold_title("QTE")
    assert fold_title("?#") == ""
    assert len(fold_title("x" * 1_000_000)) == 100


def test_a_similar_title_is_a_misspelled_column():
    assert [ORDERS.guess(title) for title in ("quantiy", "comment", "Owner")] == ["quantity", "comments", ""]
