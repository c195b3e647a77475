# Nexus in one image; docker-compose.yml runs each of its processes from it.

FROM python:3.13-slim-trixie AS packages
COPY requirements.txt .
# Without pip of its own: nothing is installed once the image is built.
RUN python -m venv --without-pip /venv \
 && pip --python /venv/bin/python install \
    --no-cache-dir --disable-pip-version-check --root-user-action=ignore \
    --only-binary :all: -r requirements.txt


FROM python:3.13-slim-trixie
LABEL org.opencontainers.image.title="Nexus" \
      org.opencontainers.image.description="Learning notes in, a kept README, checked links and a weekly digest out"

# git keeps the READMEs and, with ssh, pushes them elsewhere; tini hands on signals and reaps what git leaves behind.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends git openssh-client tini \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log

# A new named volume takes owner and mode from the folder that it is mounted on.
RUN groupadd --system --gid 10001 nexus \
 && useradd --system --uid 10001 --gid nexus --no-create-home --home-dir /data nexus \
 && install --directory --owner nexus --group nexus --mode 700 /data /run/nexus

COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
RUN /venv/bin/python -m compileall -q .

ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    NEXUS_DATA_DIR=/data
USER nexus
EXPOSE 8000
ENTRYPOINT ["tini", "--"]
# All in one: SQLite and the embedded Valkey. docker-compose.yml names one process each.
CMD ["python", "manage.py", "up", "--bind", "0.0.0.0:8000"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "nexus/healthcheck.py", "web"]
