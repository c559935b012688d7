"""What the refusal of a cancel says about the cancels of a panel."""

import pytest

from panels.protocol.cancel_words import About, about_cancels
from panels.protocol.errors import Refused
from panels.protocol.wording import reason_for

NO_CANCELS = """
    Cancellation via API is not supported
    Cancel via the API is disabled
    Cancel orders through our API not allowed
    You cannot cancel orders via API
    You can't cancel by API
    Incorrect action
    Unknown action
    Invalid action: cancel
    Action not found
    Action "cancel" does not exist / action not supported
    The selected action is invalid.
    Method not supported
    No such action
    Our API does not support cancel
    This panel doesn't support cancellations
    We do not offer cancellation
    Cancel function is disabled
    Cancellations are not available
    Acción incorrecta
    Acción no válida
    Ação inválida
    Azione sconosciuta
    Action inconnue
    Unbekannte Aktion
    Geçersiz işlem
    Неизвестное действие
    Отмена через API невозможна
    Aksi tidak dikenal
"""
THIS_ORDER = """
    Order already completed
    Cancel already requested
    Cancel request already sent
    Cancel request is pending
    Order is completed
    The order was canceled
    Order cannot be canceled, it is in progress
    This order can't be canceled in its current status
    Too late to cancel
    Order can no longer be canceled
    Please wait 10 minutes before you cancel
    Order has been finished
    Incorrect order ID
    Order not found
    Cancellation via API is not supported for completed orders
    El pedido ya está completado
    O pedido já foi concluído
    Sipariş zaten tamamlandı
    Заказ уже выполнен
    Pesanan sudah selesai
"""
UNCLEAR = """
    Cannot cancel this order
    This order cannot be canceled
    Cancel is not available for this service
    Cancellation via API is not supported for this service
    The action is not allowed for this order
    Incorrect request
    Something went wrong
    Olmaz
"""


def words(block, about):
    return [(line.strip(), about) for line in block.strip().splitlines()]


@pytest.mark.parametrize(
    ("text", "about"),
    words(NO_CANCELS, About.NO_CANCELS) + words(THIS_ORDER, About.THIS_ORDER) + words(UNCLEAR, About.UNCLEAR),
)
def test_words_are_about_all_cancels_or_one_order_or_neither_is_clear(text, about):
    assert about_cancels(Refused(text, reason_for(text))) is about
