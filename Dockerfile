# The application as one image: web, worker and the one-shot release step differ only in their command.
# First stage: the locked packages with their hashes checked, and the static files. It has pip; the image has none of it.
FROM python:3.11.16-slim-trixie@sha256:be1575ed968de893bd54f4c56315ff7c4736ce522c1bca08fd521731aafc0d76 AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv --without-pip /venv
COPY requirements.txt /
# Only wheels: nothing is compiled, and no package runs code of its own while it is installed.
RUN pip --python /venv/bin/python install --require-hashes --only-binary :all: -r /requirements.txt
WORKDIR /app
COPY . .
# The local Sage Intacct is for the demo and for tests: `--build-arg DEMO=1` leaves it in.
ARG DEMO=
RUN test -n "$DEMO" || rm -rf integrations/sandbox
# Keys that exist for this one command; neither is read by it.
RUN SECRET_KEY=build FIELD_ENCRYPTION_KEYS=build ALLOWED_HOSTS=build /venv/bin/python manage.py collectstatic --noinput \
    && /venv/bin/python -m compileall -q .

FROM python:3.11.16-slim-trixie@sha256:be1575ed968de893bd54f4c56315ff7c4736ce522c1bca08fd521731aafc0d76
# The number is part of the agreement with `config.keys production`: secret files belong to it.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin erp
COPY --from=build /venv /venv
COPY --from=build /app /app
ARG APP_VERSION=local
ARG APP_COMMIT=unknown
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    APP_VERSION=$APP_VERSION APP_COMMIT=$APP_COMMIT
LABEL org.opencontainers.image.version=$APP_VERSION org.opencontainers.image.revision=$APP_COMMIT
WORKDIR /app
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["gunicorn", "--config", "python:config.gunicorn", "config.wsgi"]
