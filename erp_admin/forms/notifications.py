"""How a person wants to be told of what needs somebody."""

from django import forms

from erp_admin.models import MailHow


class MailForm(forms.Form):
    mail = forms.ChoiceField(label="Mail me", choices=MailHow.choices, widget=forms.RadioSelect)
