"""The addresses of the dashboard. They stay as they are, because other tools may use them."""

from django.urls import path, register_converter

from panels.views import (
    account,
    actions,
    bulk,
    bulk_columns,
    bulk_labels,
    bulk_lines,
    bulk_list,
    bulk_mistakes,
    catalog,
    columns,
    operations,
    order,
    order_labels,
    order_list,
    order_new,
    overview,
    panel_list,
    panels,
    refills,
    refusals,
    saved_views,
    status,
    status_words,
)


class TableFormat:
    """The file formats of a download."""

    regex = "csv|xlsx"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(TableFormat, "table")

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("lists/<slug:name>/columns/", columns.list_columns, name="list_columns"),
    path("start/", saved_views.start, name="start"),
    path("sending/", status.sending, name="sending"),
    path("panels/", panel_list.panel_list, name="panel_list"),
    path("panels/export.<table:suffix>", panel_list.panel_export, name="panel_export"),
    path("panels/new/", panels.panel_new, name="panel_new"),
    path("panels/<int:pk>/", panels.panel_detail, name="panel_detail"),
    path("panels/<int:pk>/edit/", panels.panel_edit, name="panel_edit"),
    path("panels/<int:pk>/sync/", panels.panel_ask, {"question": "sync"}, name="panel_sync"),
    path("panels/<int:pk>/balance/", panels.panel_ask, {"question": "balance"}, name="panel_balance"),
    path("panels/<int:pk>/pause/", panels.panel_pause, {"change": "pause"}, name="panel_pause"),
    path("panels/<int:pk>/resume/", panels.panel_pause, {"change": "resume"}, name="panel_resume"),
    path("panels/<int:pk>/parallel/", panels.panel_parallel, name="panel_parallel"),
    path("panels/<int:pk>/delete/", panels.panel_delete, name="panel_delete"),
    path("panels/<int:pk>/words/", status_words.panel_words, name="panel_words"),
    path("panels/<int:pk>/words/decide/", status_words.panel_words_decide, name="panel_words_decide"),
    path("panels/words/<int:pk>/", refusals.refusal_words, name="refusal_words"),
    path("panels/words/<int:pk>/decide/", refusals.refusal_decide, name="refusal_decide"),
    path("panels/words/<int:pk>/send-again/", refusals.refusal_send_again, name="refusal_send_again"),
    path("catalog/", catalog.service_list, name="service_list"),
    path("catalog/export.<table:suffix>", catalog.service_export, name="service_export"),
    path("catalog/<int:pk>/", catalog.service_detail, name="service_detail"),
    path("catalog/<int:pk>/type/", catalog.service_type, name="service_type"),
    path("catalog/<int:pk>/charges/", catalog.service_charges, name="service_charges"),
    path("orders/new/", order_new.order_new, name="order_new"),
    path("orders/new/services/", order_new.order_new_services, name="order_new_services"),
    path("orders/new/check/", order_new.order_new_check, name="order_new_check"),
    path("orders/", order_list.order_list, name="order_list"),
    path("orders/export.<table:suffix>", order_list.order_export, name="order_export"),
    path("orders/actions/", actions.order_actions, name="order_actions"),
    path("orders/actions/export.<table:suffix>", actions.order_export_selected, name="order_export_selected"),
    path("orders/actions/<int:pk>/", actions.order_action, name="order_action"),
    path("orders/<int:pk>/", order.order_detail, name="order_detail"),
    path("orders/<int:pk>/labels/", order_labels.order_labels, name="order_labels"),
    path("orders/<int:pk>/refresh/", order.order_refresh, name="order_refresh"),
    path("orders/<int:pk>/refill/", order.order_refill, name="order_refill"),
    path("orders/<int:pk>/cancel/", order.order_request, {"what": "cancel"}, name="order_cancel"),
    path("orders/<int:pk>/withdraw/", order.order_request, {"what": "withdraw"}, name="order_withdraw"),
    path("orders/<int:pk>/search/", order.order_request, {"what": "search"}, name="order_search"),
    path("orders/<int:pk>/resolve/", order.order_resolve, name="order_resolve"),
    path("bulk/", bulk_list.bulk_list, name="bulk_list"),
    path("bulk/export.<table:suffix>", bulk_list.bulk_export, name="bulk_export"),
    path("bulk/change/", bulk_list.bulk_change_all, name="bulk_change_all"),
    path("bulk/new/", bulk.bulk_new, name="bulk_new"),
    path("bulk/adopt/", bulk.bulk_adopt, name="bulk_adopt"),
    path("bulk/template.<table:suffix>", bulk.bulk_template, name="bulk_template"),
    path("bulk/<int:pk>/", bulk.bulk_detail, name="bulk_detail"),
    path("bulk/<int:pk>/lines/<int:number>/", bulk_lines.bulk_line, name="bulk_line"),
    path("bulk/<int:pk>/services/", bulk_lines.bulk_services, name="bulk_services"),
    path("bulk/<int:pk>/settle/", bulk_mistakes.bulk_settle, name="bulk_settle"),
    path("bulk/<int:pk>/take-back/", bulk_mistakes.bulk_take_back, name="bulk_take_back"),
    path("bulk/<int:pk>/rename/", bulk_labels.bulk_rename, name="bulk_rename"),
    path("bulk/<int:pk>/columns/", bulk_columns.bulk_columns, name="bulk_columns"),
    path("bulk/<int:pk>/labels/", bulk_labels.bulk_labels, name="bulk_labels"),
    path("bulk/<int:pk>/create-names/", bulk_labels.bulk_create_names, name="bulk_create_names"),
    path("bulk/<int:pk>/leave-out-wrong/", bulk_lines.bulk_leave_out_wrong, name="bulk_leave_out_wrong"),
    path("bulk/<int:pk>/include/", bulk_lines.bulk_include, name="bulk_include"),
    path("bulk/<int:pk>/confirm/", bulk.bulk_confirm, name="bulk_confirm"),
    path("bulk/<int:pk>/discard/", bulk.bulk_change, {"change": "discard"}, name="bulk_discard"),
    path("bulk/<int:pk>/restore/", bulk.bulk_change, {"change": "restore"}, name="bulk_restore"),
    path("bulk/<int:pk>/pause/", bulk.bulk_change, {"change": "pause"}, name="bulk_pause"),
    path("bulk/<int:pk>/resume/", bulk.bulk_change, {"change": "resume"}, name="bulk_resume"),
    path("bulk/<int:pk>/withdraw/", bulk.bulk_withdraw, name="bulk_withdraw"),
    path("bulk/<int:pk>/results.<table:suffix>", bulk.bulk_results, name="bulk_results"),
    path("bulk/<int:pk>/refused.csv", bulk.bulk_refused, name="bulk_refused"),
    path("refills/", refills.refill_list, name="refill_list"),
    path("refills/export.<table:suffix>", refills.refill_export, name="refill_export"),
    path("views/new/", saved_views.saved_view_new, name="saved_view_new"),
    path("views/<int:pk>/", saved_views.saved_view, name="saved_view"),
    path("views/<int:pk>/edit/", saved_views.saved_view_edit, name="saved_view_edit"),
    path("views/<int:pk>/replace/", saved_views.saved_view_replace, name="saved_view_replace"),
    path("views/<int:pk>/delete/", saved_views.saved_view_delete, name="saved_view_delete"),
    path("views/<int:pk>/start/", saved_views.saved_view_start, name="saved_view_start"),
    path("operations/", operations.operations, name="operations"),
    path("account/", account.account, name="account"),
    path("status/", status.status, name="status"),
]
