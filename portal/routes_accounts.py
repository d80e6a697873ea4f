"""Routes of one's own account, and of the ways to sign in. `Kind` is not asked: every route is about the caller."""

from portal import accounts, activation, local_sign_in, oidc, own_roles, profile, two_factor
from portal.authorisation import Action
from portal.bodies import Empty, SignInBody
from portal.bodies_accounts import (
    Activation,
    CallbackQuery,
    ChangePassword,
    CodeBody,
    ConfirmLogin,
    DeleteAccount,
    DisableBody,
    EmailBody,
    ForgotBody,
    NewPassword,
    OwnName,
    PasswordSignIn,
    ProfilePatch,
    RoleWish,
    SecondFactorBody,
    StartBody,
    StartQuery,
    StepDown,
    TokenBody,
)
from portal.route import Route

_IN, _FINISH, _MINE, _ROLE = Action.SIGN_IN, Action.ACCOUNT_FINISH, Action.ACCOUNT, Action.ROLE_ASK
_A = "/api/account"

ACCOUNT_ROUTES: tuple[Route, ...] = (
    Route("GET", "/api/me", Action.LOOK, accounts.me),
    Route("POST", "/api/sign-in", _IN, accounts.sign_in, body=SignInBody),
    Route("POST", "/api/sign-in/password", _IN, local_sign_in.sign_in, body=PasswordSignIn),
    Route("POST", "/api/sign-in/second-factor", _IN, local_sign_in.second_factor, body=SecondFactorBody),
    Route("POST", "/api/sign-out", Action.SIGN_OUT, accounts.sign_out, body=Empty),
    Route("GET", "/api/oidc/start", _IN, oidc.start, query=StartQuery),
    Route("POST", "/api/oidc/start", _IN, oidc.start_invited, body=StartBody),
    Route("GET", "/api/oidc/callback", _IN, oidc.callback, query=CallbackQuery),
    Route("GET", "/api/oidc/pending", _IN, oidc.show),
    Route("POST", "/api/oidc/confirm", _IN, oidc.confirm, body=ConfirmLogin),
    Route("POST", "/api/oidc/cancel", _IN, oidc.cancel, body=Empty),
    Route("POST", "/api/password/forgot", _IN, local_sign_in.forgot, body=ForgotBody),
    Route("POST", "/api/password/look", _IN, local_sign_in.look, body=TokenBody),
    Route("POST", "/api/password/reset", _IN, local_sign_in.reset, body=NewPassword),
    Route("POST", f"{_A}/confirm-email", _IN, activation.confirm_email, body=TokenBody),
    Route("POST", f"{_A}/confirm-email/look", _IN, activation.look, body=TokenBody),
    Route("GET", f"{_A}/activation", _FINISH, activation.show),
    Route("POST", f"{_A}/activate", _FINISH, activation.activate, body=Activation),
    Route("POST", f"{_A}/resend", _FINISH, activation.resend, body=Empty),
    Route("GET", _A, _MINE, profile.show),
    Route("PATCH", _A, _MINE, profile.change, body=ProfilePatch),
    Route("POST", f"{_A}/name", _MINE, profile.rename, body=OwnName),
    Route("DELETE", _A, _MINE, profile.delete, body=DeleteAccount),
    Route("GET", f"{_A}/emails", _MINE, profile.emails),
    Route("POST", f"{_A}/emails", _MINE, profile.add_email, body=EmailBody),
    Route("DELETE", f"{_A}/emails/{{email}}", _MINE, profile.remove_email, body=Empty),
    Route("POST", f"{_A}/emails/{{email}}/resend", _MINE, profile.resend_email, body=Empty),
    Route("POST", f"{_A}/password", _MINE, profile.change_password, body=ChangePassword),
    Route("GET", f"{_A}/two-factor", _MINE, two_factor.show),
    Route("POST", f"{_A}/two-factor/start", _MINE, two_factor.start, body=Empty),
    Route("POST", f"{_A}/two-factor/enable", _MINE, two_factor.enable, body=CodeBody),
    Route("POST", f"{_A}/two-factor/disable", _MINE, two_factor.disable, body=DisableBody),
    Route("POST", f"{_A}/two-factor/recovery-codes", _MINE, two_factor.recovery_codes, body=CodeBody),
    Route("GET", f"{_A}/sessions", _MINE, profile.sessions),
    Route("DELETE", f"{_A}/sessions/{{session}}", _MINE, profile.end_session, body=Empty),
    Route("POST", f"{_A}/sessions/end-others", _MINE, profile.end_other_sessions, body=Empty),
    Route("GET", f"{_A}/role-requests", _ROLE, own_roles.listed),
    Route("POST", f"{_A}/role-requests", _ROLE, own_roles.ask, body=RoleWish),
    Route("DELETE", f"{_A}/role-requests/{{own_request}}", _ROLE, own_roles.withdraw, body=Empty),
    Route("POST", f"{_A}/step-down", Action.STEP_DOWN, own_roles.step_down, body=StepDown),
)
