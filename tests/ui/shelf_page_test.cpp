// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/workbench.h"
#include "ui/pages/learn_page.h"
#include "ui/pages/shelf_view.h"

#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>

namespace tests::shelf_page_test {

using tests::spinUntil;

namespace {

struct Shown : tests::Bench {
    ui::pages::LearnPage page{*workbench};
    ui::pages::ShelfView& view = page.failures();
    QStringList pages;

    Shown()
    {
        QObject::connect(workbench.get(), &ui::bridge::Workbench::pageRequested, &page,
                         [this](const QString& asked) { pages << asked; });
        page.resize(960, 720);
        page.show();
        QTest::mouseClick(page.findChild<QPushButton*>("section-failures"), Qt::LeftButton);
    }
    void click(const char* name)
    {
        QTest::mouseClick(page.findChild<QPushButton*>(name), Qt::LeftButton);
        QCoreApplication::processEvents();
    }
};

}

TEST_CASE("the shelf tells of each failure what finds it and what cures it, and a word finds it")
{
    Shown shown;
    CHECK(shown.view.failures().size() >= 25);
    CHECK(shown.view.list()->count() == int(shown.view.failures().size()));
    for (const auto& failure : shown.view.failures()) {
        INFO(failure.key.toStdString());
        REQUIRE(shown.view.select(failure.key));
        CHECK_FALSE(failure.title.isEmpty());
        CHECK(failure.experiment.isObject());
        REQUIRE(shown.page.findChild<QPushButton*>("failureTrain"));
    }
    QTest::keyClicks(shown.page.findChild<QLineEdit*>("failureSearch"), "vanishing");
    REQUIRE(shown.view.list()->count() >= 1);
    CHECK(shown.view.list()->count() < 10);
    QTest::keyClicks(shown.page.findChild<QLineEdit*>("failureSearch"), "zzz");
    CHECK(shown.view.list()->count() == 0);
}

TEST_CASE("a failure is trained by a click, and its findings are gone to")
{
    Shown shown;
    REQUIRE(shown.page.showSection("failures/deep-tanh"));
    CHECK(shown.view.selected() == "deep-tanh");
    shown.click("failureTrain");
    REQUIRE(spinUntil([&] { return shown.workbench->front() && shown.workbench->front()->finished(); }, 60));
    CHECK(shown.pages == QStringList{"debug"});
    CHECK(shown.troubles.empty());
}

TEST_CASE("a failure is shown slowly: trained first, then played at the pace of a class")
{
    Shown shown;
    REQUIRE(shown.page.showSection("failures/vanishing"));
    shown.click("failureSlowly");
    REQUIRE(spinUntil([&] { return shown.workbench->replaying(); }, 60));
    CHECK(shown.pages == QStringList{"train"});
    shown.workbench->replay(0);
    CHECK(shown.troubles.empty());
}

}
