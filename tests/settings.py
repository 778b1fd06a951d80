"""The settings of the product, with the toy document type of the tests beside it."""

from config import settings as product

globals().update({name: value for name, value in vars(product).items() if name.isupper()})
INSTALLED_APPS = [*product.INSTALLED_APPS, "tests.toy"]
