// SPDX-License-Identifier: GPL-3.0-or-later
// Studies as they are shown: of a thousand trials, with several objectives, with trials from elsewhere.
#include "core/tune/study.h"
#include "ui/models/study_axes.h"
#include "ui/models/study_plots.h"
#include "ui/models/trials_table.h"
#include "ui/pages/trial_panel.h"
#include "ui/plots/parallel_plot.h"
#include "ui/plots/trial_mark.h"
#include "ui/plots/trials_plot.h"

#include "tests/support/tuned.h"
#include "tests/support/tuning.h"

#include <QImage>
#include <QLabel>

#include <catch2/catch.hpp>

#include <algorithm>

namespace tests::study_shown_test {

using ui::plots::ParallelPlot;

TEST_CASE("of a thousand trials it shows where many run and where few do")
{
    tests::application();
    ParallelPlot plot;
    plot.resize(600, 300);
    // A tenth goes up, the others lie in the lower quarter.
    std::vector<ParallelPlot::Line> lines;
    for (int i = 0; i < 1000; ++i) {
        const double place = i % 10 == 0 ? 0.4 + 0.6 * i / 1000 : 0.25 * i / 1000;
        lines.push_back({i, {place, place}});
    }
    plot.setAxes({{"a", {}, "a"}, {"b", {}, "b"}});
    plot.setLines(lines);
    const QImage image = plot.grab().toImage();
    // Darkness of the column in the middle, relative to the ground of the corner.
    const int ground = qGray(image.pixel(2, image.height() - 2));
    std::vector<int> column;
    for (int y = 0; y < image.height(); ++y)
        column.push_back(std::abs(qGray(image.pixel(image.width() / 2, y)) - ground));
    const auto darkest = [&](double from, double to) {
        return *std::max_element(column.begin() + int(from * double(column.size())),
                                 column.begin() + int(to * double(column.size())));
    };
    const int few = darkest(0.15, 0.55), many = darkest(0.7, 0.95);
    INFO(few << " and " << many);
    CHECK(few > 4);
    CHECK(many > 2 * few);
    CHECK(ui::plots::lineStrength(40) == 1);
}

TEST_CASE("an axis of what lies near one has round numbers")
{
    const auto labels = [](double min, double max) {
        QString all;
        const core::tune::Distribution range{core::tune::Type::Continuous, min, max, {}, core::tune::Scale::ReverseLog};
        for (const auto& tick : ui::models::ticksOf(range)) {
            CHECK(range.fromUnit(tick.value).toReal() == Approx(tick.label.toDouble()));
            all += (all.isEmpty() ? "" : " ") + tick.label;
        }
        return all.toStdString();
    };
    CHECK(labels(0.5, 0.999) == "0.5 0.9 0.99 0.999");
    CHECK(labels(0.9, 0.999) == "0.9 0.99 0.999");
    CHECK(labels(0, 0.5) == "0 0.1 0.2 0.3 0.4 0.5");
}

TEST_CASE("the panel of a trial tells all of its objectives, and who is on the front")
{
    tests::application();
    auto study = core::tune::Study::create(
        "two", tests::tuning(R"([{"path": "x", "values": [1, null, 3]}])", R"("strategy": "Random", "max_jobs": 3)",
                             R"([{"metric": "loss", "goal": "minimize"}, {"metric": "speed", "goal": "maximize"}])"));
    REQUIRE(study);
    for (const std::vector<double>& values : {std::vector{0.1, 5.0}, {0.3, 7.0}, {0.2, 4.0}}) {
        const auto trial = study->ask();
        REQUIRE((trial && *trial));
        REQUIRE(study->tell((*trial)->number, values));
    }
    ui::pages::TrialPanel panel;
    const auto saysOf = [&](qint64 trial) {
        panel.show(&study->state(), trial, false);
        QStringList all;
        for (const QLabel* label : panel.findChildren<QLabel*>())
            all << label->text();
        return all.join('|');
    };
    CHECK(saysOf(0).contains("on the Pareto front of 3"));
    CHECK(saysOf(1).contains("on the Pareto front of 3"));
    CHECK(saysOf(1).contains("speed|7"));
    CHECK_FALSE(saysOf(2).contains("Pareto"));
    CHECK(ui::models::valueText(core::base::Value()) == "null");
    CHECK_FALSE(ui::models::curvesOf(study->state()).none.isEmpty());
}

TEST_CASE("who breaks a constraint is no best one, and the table says why")
{
    tests::application();
    auto study = core::tune::Study::create(
        "bounded", tests::tuning(R"([{"path": "x", "min": 0, "max": 1}])", R"("strategy": "Random", "max_jobs": 3)"));
    REQUIRE(study);
    for (const double value : {0.1, 0.3}) {
        core::tune::Trial trial;
        trial.state = core::tune::TrialState::Completed;
        trial.source = "import";
        trial.parameters = {{"x", 0.5}};
        trial.values = {value};
        trial.notes = {{"constraints", core::base::Object{{"0", value < 0.2 ? 0.5 : -0.5}}}};
        REQUIRE(study->import(trial));
    }
    CHECK(ui::models::reasonText(study->state().trials[0]) == "infeasible: constraint 0 is 0.5, above 0");
    CHECK(ui::models::reasonText(study->state().trials[1]).isEmpty());
    CHECK(ui::models::historyOf(study->state()).best == QPolygonF{QPointF(1, 0.3)});
    ui::pages::TrialPanel panel;
    panel.show(&study->state(), 1, false);
    const auto labels = panel.findChildren<QLabel*>();
    CHECK(std::ranges::any_of(labels, [](const QLabel* each) { return each->text().contains("best of 2"); }));
}

TEST_CASE("the number of a trial stands over its mark, and under it where the heading is")
{
    tests::application();
    ui::plots::TrialsPlot plot;
    plot.resize(440, 180);
    ui::plots::TrialsPlot::Spec spec{"Optimization history", "trial", {}};
    for (const auto& [trial, value] : {std::pair(0, 1.0), {1, 0.5}, {2, 0.0}})
        spec.items.push_back({trial, QPolygonF{QPointF(trial, value)}});
    plot.setSpec(spec);
    CHECK(plot.nameRoom().isEmpty());
    for (const int trial : {0, 1, 2}) {
        INFO(trial);
        plot.setLit(trial);
        const QRectF room = plot.nameRoom();
        const QPointF mark = plot.placeOf(trial);
        CHECK(room.height() > 0);
        CHECK(room.top() >= 20);
        CHECK_FALSE(room.contains(mark));
        CHECK((room.center().y() > mark.y()) == (trial == 0));
        CHECK(std::abs(room.center().x() - mark.x()) < 1);
    }
}

TEST_CASE("trials from elsewhere are no part of the budget")
{
    tests::Tuned tuned;
    REQUIRE(tests::spinUntil([&] { return tuned.page->desk().planned(); }));
    const auto made =
        core::session::createStudy({tuned.workbench->document().given(), tuned.runs.path()},
                                   tuned.page->desk().planned()->spec, tuned.workbench->runsFolder().toStdString());
    REQUIRE(made);
    {
        auto study = core::tune::Study::open(made->journal());
        REQUIRE(study);
        core::tune::Trial trial;
        trial.state = core::tune::TrialState::Completed;
        trial.source = "import";
        trial.values = {0.5};
        trial.parameters = {{"train.optimizer.lr", 0.02}, {"model.activation", "tanh"}};
        REQUIRE(study->import(trial));
    }
    tuned.page->showSection(QString::fromStdString(made->path.string()));
    const auto says = [&](const QString& text) {
        const auto labels = tuned.page->findChildren<QLabel*>();
        return std::ranges::any_of(labels, [&](const QLabel* each) { return each->text().contains(text); });
    };
    CHECK(tests::spinUntil([&] { return says("trial 0/4 · 1 taken over"); }));
}

}
