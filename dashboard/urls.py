"""The addresses of the whole site."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from dashboard.health import healthz
from dashboard.sign_in import ChangePassword, sign_in
from panels.pages.confirmation import confirmed

urlpatterns = [
    path("healthz/", healthz, name="healthz"),
    path("", include("panels.urls")),
    path("login/", sign_in, name="login"),
    path("logout/", login_not_required(auth.LogoutView.as_view()), name="logout"),
    path("password/", confirmed(ChangePassword.as_view()), name="password_change"),
    path("password/done/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("", include("dashboard.factor_urls")),
    path("admin/", admin.site.urls),
]
