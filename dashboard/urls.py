"""The addresses of the whole site."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from dashboard.health import healthz
from dashboard.sign_in import ChangePassword, SignIn

urlpatterns = [
    path("healthz/", healthz, name="healthz"),
    path("", include("panels.urls")),
    path("login/", login_not_required(SignIn.as_view()), name="login"),
    path("logout/", login_not_required(auth.LogoutView.as_view()), name="logout"),
    path("password/", ChangePassword.as_view(), name="password_change"),
    path("password/done/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("admin/", admin.site.urls),
]
