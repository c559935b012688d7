"""The columns that a table of orders may have, and the titles that people give to them in many languages."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from panels.protocol.order_fields import trim
from panels.protocol.order_types import ALL_FIELDS

# The team's own labels of an order. No panel gets them.
LABELS = ("client", "campaign", "reference", "note")
# The number of our order that a line orders again. The table of refused lines has it.
AGAIN_OF = "again_of"
COLUMNS: tuple[str, ...] = ("panel", "service", *ALL_FIELDS, *LABELS, AGAIN_OF)
PASTED: tuple[str, ...] = ("service", "link", "quantity")
# The columns with results in a downloaded file. They may stay in a file that is uploaded again.
OUTCOME = ("state", "remote_id", "progress", "charge", "given_back", "currency", "start_count", "remains", "error")
# A title this similar to the name of a column is taken for a misspelling. A misspelled column must not be ignored.
_ALIKE = 0.75
# Only the start of a title is compared, because a title may be as long as a file.
_LONGEST_TITLE = 100
# Titles that mean one column and nothing else. "id" and "date" are only used where a table has orders of a panel.
_SURE: Mapping[str, str] = {
    "panel": "panel name, provider, supplier, anbieter, proveedor, fournisseur, fornecedor, fornitore, панель, "
    "поставщик, sağlayıcı, penyedia, dostawca, المزود, 供应商, nhà cung cấp, lieferant, nombre del panel, "
    "nom du panneau, panneau, painel, nome do painel, pannello, nome pannello, название панели, panel adı, "
    "tedarikçi, nazwa panelu",
    "service": "service id, service no, service number, service code, id service, svc id, dienst, dienst id, "
    "dienstnummer, leistung, servicio, servicio id, id servicio, id de servicio, id del servicio, id du service, "
    "serviço, id serviço, id do serviço, servizio, id servizio, id del servizio, услуга, id услуги, номер услуги, "
    "сервис, id сервиса, servis, servis id, servis no, hizmet id, layanan, id layanan, الخدمة, خدمة, رقم الخدمة, "
    "معرف الخدمة, usługa, id usługi, 服务, 服务id, 服务编号, 服务号, dịch vụ, id dịch vụ, सेवा, सेवा आईडी, "
    "dienstleistung, leistungsnr, leistungsnummer, dienst nr, service nr, servicenummer, "
    "número de servicio, código de servicio, numéro de service, code service, "
    "prestation, número do serviço, código do serviço, numero servizio, codice servizio, номер сервиса, код услуги, "
    "hizmet no, hizmet numarası, servis numarası, numer usługi, kod usługi",
    "link": "url, link url, links url, post link, post url, profile link, profile url, page link, page url, enlace, "
    "url del enlace, lien, url du lien, ligação, collegamento, ссылка, урл, ссылка на пост, bağlantı, "
    "bağlantı adresi, tautan, الرابط, رابط, odnośnik, adres url, 链接, 网址, liên kết, đường dẫn, लिंक, webadresse, "
    "beitragslink, link zum beitrag, profillink, enlaces, vínculo, enlace del perfil, liens, lien du post, "
    "lien du profil, adresse web, link do post, link do perfil, hiperligação, link del post, link del profilo, "
    "indirizzo web, ссылки, ссылка на профиль, ссылка на публикацию, gönderi linki, profil linki, link adresi, "
    "link do posta, link do profilu, adres www",
    "quantity": "qty, quantities, menge, anzahl, stückzahl, cantidad, cant, quantité, qté, quantidade, qtd, qtde, "
    "quantità, qtà, количество, кол во, колво, miktar, adet, jumlah, kuantitas, الكمية, كمية, العدد, ilość, 数量, "
    "số lượng, मात्रा, wieviel, wie viele, mengen, cuánto, cuántos, cuántas, número de unidades, combien, "
    "nombre d'unités, quanto, quantos, quantas, quanti, quante, numero di unità, сколько, кол, kaç adet, "
    "sipariş miktarı, liczba sztuk, sztuk, szt",
    "client": "client name, customer, customer name, kunde, kundenname, cliente, nombre del cliente, nom du client, "
    "nome do cliente, клиент, заказчик, müşteri, pelanggan, klien, العميل, عميل, klient, 客户, khách hàng, ग्राहक, "
    "auftraggeber, auftraggeberin, kundin, kunden, nombre cliente, clientes, donneur d'ordre, commanditaire, "
    "nome cliente, nome del cliente, committente, имя клиента, название клиента, müşteri adı, nazwa klienta, "
    "zleceniodawca, zamawiający",
    "campaign": "campaign name, kampagne, campaña, campagne, campanha, campagna, кампания, kampanya, kampanye, "
    "الحملة, kampania, 活动, chiến dịch, अभियान, kampagnenname, nombre de la campaña, nom de la campagne, "
    "nome da campanha, nome della campagna, nome campagna, название кампании, рекламная кампания, kampanya adı, "
    "nazwa kampanii",
    "reference": "ref, ref no, reference no, reference number, po, po no, po number, referenz, referencia, "
    "référence, riferimento, референс, referans, referensi, المرجع, referencja, 参考, tham chiếu, संदर्भ, "
    "referenznummer, aktenzeichen, número de referencia, numéro de référence, numero di riferimento, "
    "номер референса, referans no, referans numarası, numer referencyjny, nr referencyjny",
    "note": "notes, remark, remarks, bemerkung, bemerkungen, anmerkung, anmerkungen, notiz, notizen, nota, notas, "
    "observaciones, remarque, remarques, observações, osservazioni, note interne, примечание, примечания, заметка, "
    "заметки, notlar, catatan, ملاحظات, ملاحظة, uwagi, notatka, 备注, ghi chú, टिप्पणी, hinweis, hinweise, vermerk, "
    "observación, nota interna, notas internas, observation, observations, observação, obs, osservazione, "
    "annotazione, annotazioni, пометка, notlarım, not alanı, uwaga, notatki",
    "runs": "drip feed runs, dripfeed runs",
    "interval": "drip feed interval, dripfeed interval, interval minutes",
    "extra_fields": "extra field, further fields",
    "order": "id, order id, order no, order number, panel order id, remote id, external id, bestellung, bestell id, "
    "bestellnummer, auftragsnummer, pedido, id pedido, id del pedido, id do pedido, número de pedido, commande, "
    "id commande, numéro de commande, ordine, id ordine, заказ, id заказа, номер заказа, sipariş, sipariş id, "
    "sipariş no, pesanan, id pesanan, الطلب, رقم الطلب, معرف الطلب, zamówienie, id zamówienia, 订单, 订单id, 订单号, "
    "đơn hàng, id đơn hàng, ऑर्डर, ऑर्डर आईडी",
    "placed": "placed at, date, created, created at, date created, order date, datum, fecha, data, дата, tarih, "
    "tanggal, التاريخ, تاريخ, 日期, ngày, दिनांक",
}
# Titles that often mean a column. A person must confirm them.
_LIKELY: Mapping[str, str] = {
    "service": "id, no, nr, number, code, service name, type, package, hizmet, paket, produkt, artikel, producto, "
    "produit, produto, prodotto, товар, ürün, hizmet adı, usługi",
    "link": "target, address, adresse, dirección, endereço, indirizzo, адрес, adres, destino, ziel, hedef, post, "
    "profile, page, account, alamat, العنوان, 地址, seite, profil, beitrag, página, perfil, publicación, "
    "publicação, publication, profilo, страница, профиль, пост, публикация, куда, sayfa, gönderi, nereye, strona, "
    "wpis, dokąd",
    "quantity": "amount, count, units, volume, total, how many, number of units, stück, betrag, monto, montante, "
    "numero, число, sayı, banyak, liczba, 数, kaç, quante unità, zahl, suma, quanti pezzi, pezzi, pièces, "
    "peças, piezas, шт, штук, ile, tane",
    "comments": "comment, comment list, custom comments, kommentar, kommentare, comentario, comentarios, "
    "commentaire, commentaires, commento, commenti, комментарий, комментарии, yorum, yorumlar, komentar, التعليقات, "
    "تعليقات, komentarz, komentarze, 评论, bình luận",
    "username": "user, user name, benutzername, usuario, nom d'utilisateur, utente, имя пользователя, kullanıcı adı, "
    "nama pengguna, اسم المستخدم, 用户名, nutzername, benutzer, konto, nombre de usuario, cuenta, compte, "
    "nome de usuário, conta, nome utente, account name, логин, аккаунт, пользователь, kullanıcı, hesap, "
    "nazwa użytkownika, użytkownik",
    "client": "brand, company, buyer, firma, empresa, entreprise, azienda, компания, şirket, perusahaan, 公司, käufer, "
    "mandant, besteller, comprador, contratante, acheteur, acquirente, покупатель, alıcı, kupujący",
    "campaign": "project, projekt, proyecto, projet, projeto, progetto, проект, proje, proyek, 项目, aktion, acción, "
    "action, ação, azione, акция",
    "reference": "invoice, invoice no, ticket, job, rechnung, factura, facture, fattura, счет, fatura, faktur, "
    "bestellreferenz, faktura",
    "note": "memo, description, info, internal, internal note, details, beschreibung, descripción, descrição, "
    "descrizione, описание, açıklama, keterangan, opis, 说明, kommentar intern, comentario interno, "
    "commentaire interne, commento interno, комментарий менеджера, not, notka",
    "order": "no, nr, number, code",
    "placed": "time, day, when, zeit, hora, heure, ora, время, zaman, waktu, 时间",
}


@dataclass(frozen=True)
class TableKind:
    """What a table is about: its columns, the columns of a pasted line, and the columns that it must or should have.

    A table without the first expected column cannot be read. If another expected column is missing, one of its unknown
    columns may be it.
    """

    slug: str
    columns: tuple[str, ...]
    pasted: tuple[str, ...]
    expected: tuple[str, ...]

    @property
    def needed(self) -> str:
        """The column without which no line can be read."""
        return self.expected[0]

    @cached_property
    def sure(self) -> Mapping[str, str]:
        """The columns by their folded titles that mean nothing else. The columns with results are among them."""
        # A name of a column wins over a title in another language.
        return {
            **{fold_title(name): name for name in OUTCOME},
            **_titles_of(_SURE, self.columns),
            **{fold_title(name): name for name in self.columns},
        }

    @cached_property
    def likely(self) -> Mapping[str, str]:
        """The columns by their folded titles that often mean them."""
        return _titles_of(_LIKELY, self.columns)

    def guess(self, title: str) -> str:
        """Return the column whose name is similar to a title, or ""."""
        names = {fold_title(name): name for name in self.columns}
        found = difflib.get_close_matches(fold_title(title), names, 1, _ALIKE)
        return names[found[0]] if found else ""


def fold_title(title: str) -> str:
    """Return the key by which titles are compared: letters and digits without case and accents."""
    letters = unicodedata.normalize("NFKD", trim(title[:_LONGEST_TITLE])).casefold()
    return "".join(char for char in letters if char.isalnum())[:_LONGEST_TITLE]


def _titles_of(titles: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    return {fold_title(title): name for name in names if name in titles for title in titles[name].split(",")}


ORDERS = TableKind("orders", COLUMNS, PASTED, expected=PASTED)
