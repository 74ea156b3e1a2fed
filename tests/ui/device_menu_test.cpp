// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/workbench.h"
#include "ui/shell/device_menu.h"

#include <QAbstractButton>
#include <QSpinBox>
#include <QTest>

namespace tests::device_menu_test {

using namespace core;
using core::base::Array;
using core::base::Object;
using tests::Bench;

namespace {

base::Value machine()
{
    Array devices;
    for (const auto& [name, model] : {std::pair("cpu", "processor"), {"cuda:0", "Some GPU"}, {"cuda:1", "Some GPU"}})
        devices.push_back(Object{{"name", name}, {"model", model}, {"free_bytes", std::int64_t(8'000'000'000)}});
    return Object{{"threads", std::int64_t(4)}, {"devices", std::move(devices)}};
}

}

TEST_CASE("several GPUs are ticked, and each gets a rank")
{
    Bench made;
    ui::bridge::Workbench& bench = *made.workbench;
    bench.document().open(*base::parseJson(tests::quickOverfit));
    // A popup deletes itself when it closes.
    auto& menu = *new ui::shell::DeviceMenu(bench, machine());
    menu.show();
    const auto press = [&](const char* name) {
        auto* button = menu.findChild<QAbstractButton*>(name);
        REQUIRE(button);
        QTest::mouseClick(button, Qt::LeftButton, {}, QPoint(8, button->height() / 2));
    };
    const auto ticked = [&](const char* name) { return menu.findChild<QAbstractButton*>(name)->isChecked(); };
    const auto distributed = [&] { return bench.document().resolved()["distributed"]; };
    CHECK(ticked("device-auto"));
    press("device-cuda:1");
    CHECK(bench.device() == "cuda:1");
    CHECK(ticked("device-cuda:1"));
    CHECK_FALSE(ticked("device-auto"));
    CHECK(distributed()["strategy"].text() == "none");
    CHECK_FALSE(menu.ranks()->isEnabled());
    press("device-cuda:0");
    CHECK(bench.device() == "cuda:0,1");
    CHECK(distributed()["strategy"].text() == "ddp");
    CHECK(distributed()["world_size"].toInt() == 2);
    CHECK(distributed()["backend"].text() == "nccl");
    CHECK(menu.ranks()->value() == 2);
    press("device-cuda:1");
    CHECK(bench.device() == "cuda:0");
    CHECK(distributed()["strategy"].text() == "none");
    CHECK(distributed()["backend"].text() == "gloo");
    press("device-cuda:1");
    press("device-cpu");
    CHECK(bench.device() == "cpu");
    CHECK(ticked("device-cpu"));
    CHECK_FALSE(ticked("device-cuda:0"));
    CHECK(distributed()["strategy"].text() == "none");
    CHECK(menu.ranks()->isEnabled());
    menu.close();
}

}
