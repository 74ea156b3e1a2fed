// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/workbench.h"

#include "core/session/inspect.h"
#include "ui/bridge/lesson_player.h"
#include "ui/pages/experiments_view.h"
#include "ui/pages/learn_page.h"
#include "ui/pages/sweep_view.h"

#include <QLabel>
#include <QPushButton>

#include <limits>

namespace tests::learn_page_test {

using namespace ui::pages;
using ui::models::Lesson;

namespace {

/// Two runs of the tiny network: the first whole, the second asked about.
Lesson lesson()
{
    Lesson lesson{"tiny",   "Tiny",
                  "A test", {*core::base::parseJson(tests::quickOverfit), *core::base::parseJson(tests::quickOverfit)},
                  {},       {},
                  0.1};
    lesson.stations = {{"Points", "Look at them", {}, {}, 0, 0},
                       {"Train", "It trains", "What will happen?", "This.", 0, 10},
                       {"Again", "The same", {}, {}, 1, std::numeric_limits<double>::infinity()}};
    return lesson;
}

struct Shown : tests::Bench {
    LearnPage page{*workbench};
    ui::bridge::LessonPlayer& player = page.player();

    Shown()
    {
        page.resize(960, 664);
        page.show();
        REQUIRE(QTest::qWaitForWindowActive(&page));
    }
    bool says(const QString& text)
    {
        for (const QLabel* label : page.findChildren<QLabel*>())
            if (label->isVisible() && label->text() == text)
                return true;
        return false;
    }
};

}

TEST_CASE("a demonstration goes on by keys and asks before it reveals")
{
    Shown shown;
    REQUIRE(shown.player.begin(lesson()));
    CHECK(shown.says("Points"));
    REQUIRE(tests::spinUntil([&] { return shown.player.arrived(); }, 60));
    CHECK(shown.player.epoch() == 0);

    QTest::keyClick(&shown.page, Qt::Key_Right);
    CHECK(shown.says("What do you think will happen?"));
    CHECK(shown.says("What will happen?"));
    CHECK_FALSE(shown.says("This."));
    CHECK(shown.player.epoch() == 0);

    QTest::keyClick(&shown.page, Qt::Key_PageDown);
    CHECK(shown.says("This."));
    REQUIRE(tests::spinUntil([&] { return shown.player.arrived(); }, 60));
    CHECK(shown.player.epoch() == Approx(10));

    SECTION("and back, to what was shown before")
    {
        QTest::keyClick(&shown.page, Qt::Key_Left);
        CHECK_FALSE(shown.says("This."));
        CHECK(shown.player.epoch() == 0);
        QTest::keyClick(&shown.page, Qt::Key_PageUp);
        CHECK(shown.says("Points"));
    }
    SECTION("and on to the second run, with the first behind")
    {
        QTest::keyClick(&shown.page, Qt::Key_Right);
        REQUIRE(tests::spinUntil([&] { return shown.player.shown().size() == 2 && shown.player.arrived(); }, 60));
        CHECK(shown.player.epoch() == Approx(60));
        CHECK(shown.player.shown()[1]->finished());
    }
}

TEST_CASE("an impatient press brings a moving curve to its end before it goes on")
{
    Shown shown;
    Lesson slow = lesson();
    slow.seconds = 1e6;
    REQUIRE(shown.player.begin(slow));
    REQUIRE(tests::spinUntil(
        [&] {
            return shown.workbench->front() &&
                   shown.workbench->front()->epochOf(double(shown.workbench->front()->step())) >= 10;
        },
        60));
    QTest::keyClick(&shown.page, Qt::Key_Right);
    QTest::keyClick(&shown.page, Qt::Key_Right);
    const std::size_t at = shown.player.at();
    CHECK_FALSE(shown.player.arrived());
    QTest::keyClick(&shown.page, Qt::Key_Right);
    CHECK(shown.player.at() == at);
    CHECK(shown.player.arrived());
    QTest::keyClick(&shown.page, Qt::Key_Right);
    CHECK(shown.player.at() == at + 1);
}

TEST_CASE("demonstrations begin from the list and can be left")
{
    Shown shown;
    REQUIRE(shown.page.lessons().size() == 4);
    QTest::mouseClick(shown.page.findChild<QPushButton*>("begin-overfitting"), Qt::LeftButton);
    REQUIRE(shown.player.active());
    CHECK(shown.says(shown.page.lessons()[0].stations[0].title));
    CHECK(tests::spinUntil([&] { return shown.workbench->training(); }));
    shown.player.end();
    CHECK(shown.says("Show it to a class"));
}

TEST_CASE("a demonstration does not disturb a run that trains")
{
    Shown shown;
    shown.open(R"({"data": {"source": "two-moons"}, "train": {"epochs": 1000000, "threads": 1}})");
    shown.workbench->train();
    REQUIRE(tests::spinUntil([&] { return shown.workbench->training(); }));
    CHECK_FALSE(shown.page.begin("overfitting"));
    CHECK(shown.troubles.size() == 1);
    CHECK_FALSE(shown.page.begin("no-such-lesson"));
}

TEST_CASE("a lesson ends where its experiment begins")
{
    Shown shown;
    Lesson one = lesson();
    one.stations = {{"Try it", "Yourself", {}, {}, 0, 0, "experiments/rate_sweep"}};
    REQUIRE(shown.player.begin(one));
    auto* open = shown.page.findChild<QPushButton*>("lessonOpen");
    CHECK(open->isVisible());
    QTest::mouseClick(open, Qt::LeftButton);
    CHECK_FALSE(shown.player.active());
    REQUIRE(shown.page.experiments().shown());
    CHECK(shown.page.experiments().shown()->isVisible());
}

TEST_CASE("every lesson's experiments are right ones, and what it opens is there")
{
    Shown shown;
    for (const Lesson& one : shown.page.lessons()) {
        INFO(one.key.toStdString());
        for (const auto& experiment : one.experiments) {
            const auto checked = core::spec::resolve(experiment, {core::session::catalog()});
            CHECK(checked.problems.empty());
        }
        for (const auto& station : one.stations) {
            CHECK(station.run < one.experiments.size());
            if (!station.open.isEmpty())
                CHECK(shown.page.showSection(station.open));
        }
    }
}

}
