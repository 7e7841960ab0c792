"""A chart's page in a real browser: it draws, says nothing on the console, and asks the network for nothing."""

import pytest
from quote_files import CASE

from browsers import BROWSER
from zhirong.chain.quote.view import for_reading, view
from zhirong.charts.drawing import to_html
from zhirong.charts.quote import quote_charts
from zhirong.workbench import load_case, quote_case

playwright = pytest.importorskip("playwright.sync_api")


@pytest.fixture(scope="module")
def page():
    if BROWSER is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        yield browser.new_page()
        browser.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_chart_of_a_real_quote(page, tmp_path, lang):

    data = for_reading(view(quote_case(load_case(CASE))))
    for name, spec in quote_charts(data, lang, 640).items():
        file = tmp_path / f"{name}.html"
        file.write_text(to_html(spec, lang), encoding="utf-8")
        said, asked = [], []
        page.on("console", lambda message, said=said: said.append(message.text))
        page.on("pageerror", lambda error, said=said: said.append(str(error)))
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(file.as_uri())
        page.wait_for_selector("svg, canvas", timeout=60_000)
        assert said == [], name
        assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == [], name
