"""Users and groups, with the mixins that django-scim2 brings."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django_scim.models import AbstractSCIMGroupMixin, AbstractSCIMUserMixin


class Group(AbstractSCIMGroupMixin):
    """A group; its name is its displayName."""

    name = models.CharField(max_length=80, unique=True)


class User(AbstractSCIMUserMixin, AbstractUser):
    """A user, in any number of groups."""

    scim_groups = models.ManyToManyField(Group, related_name="user_set")
