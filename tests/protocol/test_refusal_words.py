"""The table of refusals in docs/protocol.md, 4, text by text, in every language that is read."""

import pytest

from panels.protocol.errors import Reason
from panels.protocol.wording import reason_for, says_maintenance

TEXTS = {
    Reason.AUTH: (
        "Invalid API key",
        "Incorrect API key",
        "key paused",
        "Key is paused",
        "User not found",
        "Invalid or inactive account",
        "API key is incorrect",
        "API key is required",
        "Account is inactive",
        "account is suspended",
        "API access disabled",
        "IP not allowed",
        "Unauthorized",
        "API is Disable for this user or User Not Found! Contact the Support",
        "Your account is banned",
        "API is disabled for your account",
        "Clave API incorrecta",
        "La clave de API no es válida",
        "Chave de API inválida",
        "Clé API invalide",
        "Chiave API non valida",
        "Ungültiger API-Schlüssel",
        "Geçersiz API anahtarı",
        "API anahtarı geçersiz",
        "Неверный ключ API",
        "Неверный API ключ",
        "Ключ недействителен",
        "API key salah",
        "Not authenticated",
        "Your IP 1.2.3.4 is blocked",
    ),
    Reason.RATE_LIMIT: (
        "Too many requests",
        "Rate limit exceeded",
        "Demasiadas solicitudes",
        "Слишком много запросов",
        "Zu viele Anfragen",
        "Çok fazla istek",
        "Too many API calls",
        "Request limit reached",
    ),
    Reason.DUPLICATE: (
        "neworder.error.link_duplicate",
        "You have active order with this link",
        "Active order already exists",
        "An identical order was just placed",
        "You have active order with this link. Please wait until order being completed.",
        "There is already an order for this link",
        "You already have an active order for this link",
        "Order with this link already exists",
        "Ya tiene un pedido activo con este enlace",
        "Já existe um pedido ativo",
        "Bu link için aktif sipariş var",
        "У вас уже есть активный заказ",
        "Pedido duplicado",
        "Please wait until the previous order is completed",
    ),
    Reason.FUNDS: (
        "not enough funds",
        "Not enough funds on balance",
        "low balance",
        "no tiene fondos",
        "No tiene fondos debe Recargar",
        "недостаточно средств",
        "neworder.error.not_enough_funds",
        "insufficient balance",
        "You have insufficient balance",
        "Saldo insuficiente",
        "Fondos insuficientes",
        "Fundos insuficientes",
        "Você não tem saldo suficiente",
        "Solde insuffisant",
        "Fonds insuffisants",
        "Nicht genug Guthaben",
        "Guthaben nicht ausreichend",
        "Yetersiz bakiye",
        "Bakiyeniz yetersiz",
        "Bakiyeniz yeterli değil",
        "Недостаточно средств на балансе",
        "Не хватает средств",
        "Пополните баланс",
        "Saldo tidak cukup",
        "Saldo Anda tidak mencukupi",
        "Số dư không đủ",
        "You don't have enough balance",
        "Your balance is too low",
        "Insufficient account balance",
        "Saldo non sufficiente",
        "Please add funds",
        "Недостатньо коштів",
        "Balance is insufficient",
        "You do not have sufficient funds",
    ),
    Reason.EVERYBODY: (
        "maintenance",
        "We are upgrading",
        "temporarily unavailable",
        "Ordering is disabled",
        "API disabled",
        "come back",
        "Down for maintenance",
        "Under maintenance, please come back later",
        "MAINTENANCE_MODE",
        "Service temporarily unavailable",
        "API is disabled",
        "New orders are temporarily disabled",
        "We are not accepting orders right now",
        "Estamos en mantenimiento",
        "Em manutenção",
        "Wartungsarbeiten",
        "Sistem bakımda",
        "Ведутся технические работы",
        "Технические работы",
        "Временно недоступно",
        "Prosze, przerwa techniczna",
        "Site en maintenance",
        "Temporairement indisponible",
        "The panel is closed",
        "Orders are closed",
        "API is currently disabled",
        "Приём заказов временно приостановлен",
        "Sipariş alımı geçici olarak durduruldu",
        "Vorübergehend nicht verfügbar",
        "Be back soon",
    ),
    Reason.NOT_ELIGIBLE: (
        "order not eligible for refill",
        "refill not available",
        "refill already requested",
        "refill period has expired",
        "refill days are over",
        "refill is only available manually",
        "cannot cancel",
        "cancellation via API is not supported",
        "cancel already requested",
        "The refill task is not completed for this order",
        "Order can't be canceled",
        "Order is not refillable",
    ),
    Reason.NOT_FOUND: (
        "incorrect order id",
        "order not found",
        "incorrect service id",
        "service is inactive or not found",
        "refill not found",
        "incorrect refill id",
        "service not found",
        "Service does not exist",
        "This service is temporarily unavailable",
        "No query results for model [App\\Models\\Service] 77",
        "Servicio no encontrado",
        "Serviço não encontrado",
        "Услуга не найдена",
        "Servis bulunamadı",
        "Service introuvable",
        "Услуга временно недоступна",
        "The selected service is under maintenance",
        "Service is no longer available",
        "Service with ID 5 not found",
        "Invalid service",
    ),
    Reason.VALIDATION: (
        "quantity must be between 5 and 50",
        "quantity out of bounds",
        "quantity must be a multiple of 100",
        "incorrect posts",
        "incorrect delay",
        "Incorrect expiry",
        "incorrect min",
        "incorrect parameters",
        "missing required parameters",
        "neworder.error.min_quantity",
        "quantity less than minimal",
        "quantity more than maximum",
        "bad link",
        "incorrect link",
        "incorrect quantity",
        "incorrect comments",
        "incorrect runs",
        "incorrect interval",
        "you must fill in the required fields",
        "incorrect request",
        "Minimum quantity is 100",
        "Link is invalid",
        "Enlace inválido",
        "Cantidad mínima 100",
        "Неверная ссылка",
        "Количество должно быть от 10",
        "Geçersiz link",
        "Ungültiger Link",
        "Lien invalide",
        "Quantidade mínima 100",
        "Link tidak valid",
        "The link is wrong",
        "Not a valid URL",
        "Quantity is too low",
        "Account is private",
        "Quantity exceeds maximum",
        "Link field is required",
    ),
    Reason.UNKNOWN: (
        "Something else",
        "Es ist ein Fehler aufgetreten",
        "Your balance will be updated soon",
        "",
        "Method Not Allowed",
        "Not Found",
        "Forbidden",
        "Instagram account is suspended",
        "balance",
        "Error",
        "Internal error",
        "Instagram user not found",
        "not enough accounts",
    ),
}


@pytest.mark.parametrize(("text", "reason"), [(text, reason) for reason, texts in TEXTS.items() for text in texts])
def test_refusals_are_sorted_as_the_table_says(text, reason):
    assert reason_for(text) is reason
    assert reason_for(f"Error: {text.upper().replace(' ', '_')}!") is reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Incorrect keywords", Reason.VALIDATION),
        ("Invalid API key: insufficient balance", Reason.AUTH),
        ("Insufficient balance: quantity more than maximum", Reason.FUNDS),
        ("Insufficient balance. Come back later", Reason.FUNDS),
        ("Under maintenance: order not found", Reason.EVERYBODY),
        ("Refill not available: order not found", Reason.NOT_ELIGIBLE),
        ("quantity: too low", Reason.UNKNOWN),
    ],
)
def test_the_first_class_that_fits_wins(text, reason):
    assert reason_for(text) is reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("The user was not found on Instagram", Reason.UNKNOWN),
        ("Instagram account is suspended", Reason.UNKNOWN),
        ("Your balance will be updated soon", Reason.UNKNOWN),
        ("This link is temporarily unavailable", Reason.UNKNOWN),
        ("Please try again later", Reason.UNKNOWN),
        ("The chosen service is temporarily disabled", Reason.NOT_FOUND),
        ("No tiene comentarios", Reason.UNKNOWN),
        ("Недостаточно комментариев", Reason.UNKNOWN),
    ],
)
def test_words_about_one_order_are_not_taken_for_words_about_the_account_or_the_panel(text, reason):
    assert reason_for(text) is reason


@pytest.mark.parametrize(
    "text",
    [
        "Service 123 is temporarily unavailable",
        "Service ID 123 is under maintenance",
        "Instagram likes temporarily unavailable",
        "TikTok followers are under maintenance, please come back tomorrow",
        "Orders are paused for this service",
        "API disabled for this service",
        "This package is temporarily disabled",
        "Este servicio está en mantenimiento",
        "Bu servis bakımda",
    ],
)
def test_words_about_everybody_in_a_sentence_about_one_service_mean_that_it_is_not_found(text):
    assert reason_for(text) is Reason.NOT_FOUND


@pytest.mark.parametrize(
    "text",
    [
        "Service is under maintenance",
        "The service is temporarily unavailable",
        "503 Service Temporarily Unavailable",
        "All services are temporarily unavailable",
        "Dear followers we are under maintenance",
        "We are under maintenance. News on our Telegram channel",
        "This API service is disabled",
        "This service: we are not accepting orders",
        "Please come back tomorrow",
    ],
)
def test_words_about_everybody_that_name_no_service_are_about_everybody(text):
    assert reason_for(text) is Reason.EVERYBODY


@pytest.mark.parametrize(
    "text",
    [
        "Link is private. Make it public and come back",
        "Link is private. Make it public and come back later",
        "Account is private. Come back later",
        "Profile is private, be back when it is public",
        "Blocked link",
        "Video unavailable",
        "Private video",
    ],
)
@pytest.mark.parametrize("status", [200, 403])
def test_words_about_the_target_of_an_order_are_about_this_order(text, status):
    assert reason_for(text, status) is Reason.VALIDATION


def test_only_maintenance_is_said_by_the_panel_itself():
    assert says_maintenance("MAINTENANCE_MODE")
    assert says_maintenance("Технические работы до 18:00")
    assert not says_maintenance("Service Unavailable")


def test_hostile_texts_take_no_more_than_moments():
    for text in ("order " * 100, "this service " * 40, "a b " * 125, "." * 500):
        assert reason_for(text) is Reason.UNKNOWN
