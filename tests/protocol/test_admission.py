"""Errors that admit an order, in every language that is read, and errors that only sound like it."""

import pytest

from panels.protocol.admission import admits_order, says_lost, says_placed

ADMITTED = (
    "placed at provider but saving failed, contact support",
    "Order placed at provider but saving failed, contact support",
    "Your order was created but could not be saved. Please contact support",
    "Order accepted by the supplier, but we failed to save it",
    "The order has been submitted to the provider; database error",
    "Pedido creado en el proveedor pero no se pudo guardar, contacte con soporte",
    "El pedido fue realizado en el proveedor pero falló el guardado, contacte a soporte",
    "Pedido criado no fornecedor, mas falhou ao salvar. Contate o suporte",
    "O pedido foi enviado ao fornecedor mas não foi salvo",
    "Заказ размещён у провайдера, но сохранить не удалось, обратитесь в поддержку",
    "Заказ создан у поставщика, но не сохранён",
    "Sipariş sağlayıcıda oluşturuldu ancak kaydedilemedi, destek ile iletişime geçin",
    "Siparişiniz alındı fakat kayıt başarısız oldu",
    "Bestellung wurde beim Anbieter aufgegeben, konnte aber nicht gespeichert werden. Bitte Support kontaktieren",
    "Auftrag beim Lieferanten angenommen, Speichern fehlgeschlagen",
    "Commande passée chez le fournisseur mais l'enregistrement a échoué, contactez le support",
    "La commande a été créée mais n'a pas pu être sauvegardée",
    "Ordine creato presso il fornitore ma il salvataggio è fallito",
    "Pesanan dibuat di provider tetapi gagal disimpan, hubungi dukungan",
    "تم إنشاء الطلب لدى المزود لكن فشل الحفظ، تواصل مع الدعم",
    "Your balance was charged but the order was not saved",
    "Order sent to supplier but no response. Do not order again",
    "Order was placed. Do not retry",
    "ORDER_PLACED_BUT_NOT_SAVED",
    "Order received but order id is missing",
    "Замовлення створено у постачальника, але не збережено",
    "Your order has been placed successfully but an error occurred while saving",
    "We received your order, but an internal error happened. Contact support.",
    "order_created_but_not_saved",
    "The upstream accepted the order (id 8812) but the local record could not be written. Please contact support",
    "Order #123 created, response from provider could not be parsed, do not retry",
    "Su orden fue aceptada por el proveedor, pero hubo un error al guardar. Contacte a soporte",
    "El pedido se ha creado pero no se ha podido registrar",
    "Seu pedido foi aceito pelo fornecedor, porém ocorreu um erro ao salvar",
    "Pedido enviado ao fornecedor, erro ao gravar no banco",
    "Ваш заказ принят поставщиком, но не удалось записать его в базу",
    "Заказ отправлен провайдеру, ошибка при сохранении. Напишите в поддержку",
    "Sipariş sağlayıcıya iletildi, veritabanına kaydedilirken hata oluştu",
    "Siparişiniz oluşturuldu ama kayıt edilemedi, lütfen destekle iletişime geçin",
    "Der Auftrag wurde erteilt, aber das Speichern ist fehlgeschlagen",
    "Ihre Bestellung ist beim Lieferanten eingegangen, Fehler beim Speichern. Wenden Sie sich an den Support",
    "Votre commande a été transmise au fournisseur mais une erreur est survenue lors de l'enregistrement",
    "Commande acceptée par le fournisseur, erreur de sauvegarde, contacter l'assistance",
    "Provider accepted order but we could not store it",
    "The provider has created the order, saving failed",
    "Order has been sent to the provider but the ID could not be saved",
    "Placed with vendor; DB write failed; contact admin",
    "Purchase completed at supplier but record insert failed",
    "Order submitted upstream, but status unknown. Contact support",
    "Order accepted. Saving failed.",
    "Order was accepted, however we failed to log it",
    "Order successfully placed; error saving to database",
    "Failed to save the order that was placed at the provider",
    "Saving failed after the order was placed at provider",
    "L'ordine è stato inviato al fornitore ma non è stato salvato, contattare l'assistenza",
    "Pesanan telah dikirim ke provider tetapi gagal menyimpan",
)
FALSE_FRIENDS = (
    "order could not be placed",
    "Order not created",
    "The order could not be placed, contact support",
    "Order was not created. Contact support",
    "Order cannot be accepted, please contact support",
    "Failed to create order, contact support",
    "Unable to place your order at the provider. Contact support",
    "Your order could not be placed at provider, contact support",
    "The provider has not accepted your order, contact support",
    "No order was created, contact support",
    "Your order has not been accepted. Open a ticket",
    "An identical order was just placed, contact support if this is wrong",
    "You have active order with this link. Please wait until order being completed.",
    "API is Disable for this user or User Not Found! Contact the Support",
    "Ordering is disabled, contact support",
    "Account created less than 24h ago cannot order, contact support",
    "El pedido no pudo ser creado, contacte con soporte",
    "No se pudo crear el pedido. Contacte soporte",
    "O pedido não foi criado, contate o suporte",
    "Заказ не создан, обратитесь в поддержку",
    "Не удалось создать заказ, обратитесь в поддержку",
    "Заказ не был принят. Обратитесь в поддержку",
    "Sipariş oluşturulamadı, destek ile iletişime geçin",
    "Siparişiniz alınamadı, destek",
    "Bestellung konnte nicht aufgegeben werden, bitte Support kontaktieren",
    "Die Bestellung wurde nicht erstellt. Support",
    "La commande n'a pas pu être créée, contactez le support",
    "Commande non acceptée, contactez le support",
    "L'ordine non è stato creato, contattare il supporto",
    "Pesanan gagal dibuat, hubungi dukungan",
    "Pesanan tidak dapat dibuat",
    "Order quantity accepted between 10 and 100, contact support",
    "Orders are only accepted from verified accounts, contact support",
    "Not enough funds on balance",
    "Link not accepted. Contact support",
    "Order must be placed by support",
    "Your order will be placed only after payment. Contact support",
    "Order wasn't accepted, contact support",
    "Sipariş kabul edilmedi, destek",
    "Order not saved",
    "لم يتم إنشاء الطلب، تواصل مع الدعم",
    "You placed an order 5 seconds ago. Slow down, contact support",
    "Invalid order received, contact support",
    "Order failed to be placed; contact support",
    "Order was never placed, contact support",
    "Order could not be placed at the provider: provider error, contact support",
    "Your order cannot be accepted because the link is private",
    "This order cannot be created. Contact support",
    "Provider rejected the order, contact support",
    "Provider did not accept the order. Contact support",
    "We couldn't send your order to the provider, contact support",
    "Error: order not sent to provider",
    "Order was declined. Contact support",
    "Your order has been canceled and refunded. Contact support",
    "No se ha creado el pedido, contacte con soporte",
    "El pedido no ha sido aceptado por el proveedor",
    "Pedido não enviado ao fornecedor. Contate o suporte",
    "Заказ не отправлен провайдеру, обратитесь в поддержку",
    "Провайдер не принял заказ, обратитесь в поддержку",
    "Ошибка создания заказа. Обратитесь в поддержку",
    "Sipariş verilemedi. Destek ile iletişime geçin",
    "Sipariş sağlayıcıya gönderilemedi, destek",
    "Bestellung wurde vom Anbieter nicht angenommen, bitte Support kontaktieren",
    "La commande n'a pas été acceptée par le fournisseur, contactez le support",
    "Only orders placed via website are accepted, contact support",
    "Contact support to get your order accepted",
    "Something went wrong while your order was being created. Contact support",
    "Order creation failed. Contact support",
    "Error while creating order, contact support",
    "Your account must be verified before an order can be placed, contact support",
    "Order not processed: insufficient balance, contact support",
    "Service not available. No order was sent to provider; contact support",
    "Ordering is disabled. Contact support",
    "Access denied, contact support",
    "Quantity accepted: 10-100. Contact support",
    "Order already placed for this link, contact support",
    "Your last order was placed less than a minute ago, contact support",
    "The order has not yet been created. Contact support",
)


@pytest.mark.parametrize("text", ADMITTED)
def test_an_error_that_says_that_the_order_was_placed_admits_it(text):
    assert admits_order(text)
    assert admits_order(f"Error: {text.upper().replace(' ', '_')}!")


@pytest.mark.parametrize("text", FALSE_FRIENDS)
def test_an_error_that_says_that_no_order_was_placed_admits_nothing(text):
    assert not admits_order(text)


@pytest.mark.parametrize(
    "text", ["Order created", "Su pedido fue aceptado", "Your account was charged", "Заказ принят"]
)
def test_words_for_a_placed_order_alone_leave_doubt(text):
    assert says_placed(text)
    assert not admits_order(text)


@pytest.mark.parametrize(
    "text", ["Order not created", "You were not charged", "Order will be created later", "Link was accepted", ""]
)
def test_no_doubt_comes_from_a_verb_that_is_negated_or_about_something_else(text):
    assert not says_placed(text)


@pytest.mark.parametrize(
    "text",
    [
        "Failed to save order", "Order could not be saved", "Provider timeout", "Request timed out", "Database error",
        "SQLSTATE[40001]: deadlock found", "No se pudo guardar el pedido", "Не удалось сохранить заказ",
    ],
)  # fmt: skip
def test_an_error_that_may_come_after_the_order_leaves_doubt(text):
    assert says_lost(text)


@pytest.mark.parametrize("text", ["Order could not be placed", "Something went wrong", "Incorrect interval", ""])
def test_an_error_about_the_order_itself_leaves_none(text):
    assert not says_lost(text)
