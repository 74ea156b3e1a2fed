// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tuning.h"
#include "tests/support/window.h"

#include "core/tune/study.h"
#include "ui/models/stop_curve.h"
#include "ui/models/study_figures.h"
#include "ui/models/study_groups.h"
#include "ui/models/surrogate_scene.h"
#include "ui/models/trial_choice.h"
#include "ui/pages/figure_view.h"
#include "ui/pages/point_bar.h"
#include "ui/pages/replay_view.h"
#include "ui/pages/studies_view.h"
#include "ui/pages/study_side.h"
#include "ui/pages/study_views.h"
#include "ui/pages/surrogate_view.h"
#include "ui/pages/view_button.h"
#include "ui/plots/parallel_plot.h"
#include "ui/plots/trials_plot.h"
#include "ui/style/label.h"

#include <QComboBox>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTableView>
#include <QTableWidget>
#include <QToolButton>

namespace tests::study_views_test {

using namespace ui::pages;
using core::tune::Study;
using core::tune::StudyState;
using core::tune::TrialState;
using ui::models::TrialChoice;
using ui::models::TrialsTable;
using ui::plots::StudyPlot;

namespace {

constexpr const char* twoRanges = R"([{"path": "x", "min": 1, "max": 100, "scale": "linear"},
                                      {"path": "act", "values": ["relu", "tanh"]}])";
constexpr const char* oneRange = R"([{"path": "x", "min": 0, "max": 1}])";

/// A study of `trials` whose values come from a formula.
StudyState played(const core::tune::TuningSpec& spec, int trials, const std::string& name = "played")
{
    auto study = Study::create(name, spec);
    REQUIRE(study);
    for (int i = 0; i < trials; ++i) {
        const auto trial = study->ask();
        REQUIRE((trial && *trial));
        const core::base::Value* x = (*trial)->parameters.find("x");
        const double at = x ? x->toReal() : 0, far = (at - 0.3) * (at - 0.3);
        REQUIRE(study->report((*trial)->number, 1, far + 0.5));
        REQUIRE(study->report((*trial)->number, 2, far + 0.1));
        std::vector<double> values{far};
        if (spec.objective.size() > 1)
            values.push_back(1 - at);
        REQUIRE(study->tell((*trial)->number, values));
    }
    return study->state();
}

core::tune::TuningSpec bayesian(int jobs)
{
    return tests::tuning(oneRange, R"("strategy": {"kind": "Bayesian", "startup_trials": 4}, "seed": 5, "max_jobs": )" +
                                       std::to_string(jobs));
}

TrialsTable::Study shared(StudyState state)
{
    return std::make_shared<const StudyState>(std::move(state));
}

struct Seen {
    TrialChoice choice;
    std::unique_ptr<StudyViews> views;

    explicit Seen(const TrialsTable::Study& study)
    {
        tests::application();
        views = std::make_unique<StudyViews>(choice);
        views->resize(960, 664);
        views->setStudy(study);
        views->show();
    }
    ~Seen() { views.reset(); }
    StudySide& side() { return *views->side(); }
};

QImage drawn(QWidget& widget)
{
    return widget.grab().toImage();
}

}

TEST_CASE("a study before a trial is what its strategy saw then")
{
    auto study = Study::create("two at once", tests::tuning(oneRange, R"("strategy": "Random", "max_jobs": 4,
        "max_parallel_jobs": 2)"));
    REQUIRE(study);
    REQUIRE(*study->ask());
    REQUIRE(*study->ask());
    REQUIRE(study->report(0, 1, 0.5));
    REQUIRE(study->tell(0, {0.4}));
    REQUIRE(*study->ask());
    REQUIRE(study->report(1, 1, 0.6));
    REQUIRE(study->tell(1, {0.3}));
    const StudyState past = ui::models::studyBefore(study->state(), 2);
    REQUIRE(past.trials.size() == 2);
    CHECK(past.trials[0].state == TrialState::Completed);
    CHECK(past.trials[1].state == TrialState::Running);
    CHECK(past.trials[1].values.empty());
    CHECK(past.trials[1].reports.empty());
    CHECK(ui::models::studyBefore(study->state(), 3).trials.size() == 3);
    CHECK(ui::models::studyBefore(study->state(), 3).trials[1].state == TrialState::Completed);
}

TEST_CASE("the surrogate shows why Bayesian search picked its next point: there the acquisition is largest")
{
    const StudyState study = played(bayesian(9), 9);
    for (const std::int64_t number : {5, 7, 9}) {
        const auto scene = ui::models::surrogateScene({study, number, 0, {}});
        REQUIRE(scene);
        CHECK(scene->own);
        CHECK(scene->learning);
        CHECK(scene->learned == number);
        CHECK(scene->chosen == (number < 9));
        const auto peak = std::ranges::max_element(scene->acquisition) - scene->acquisition.begin();
        const double next = study.space.unitOf(scene->next)[0];
        INFO(number << ": " << next);
        CHECK(std::abs((double(peak) + 0.5) / scene->columns - next) < 0.02);
        if (number < 9)
            CHECK(scene->next == study.trials[std::size_t(number)].parameters);
        // Through its trials the mean goes close to their values, where it does not doubt.
        for (std::int64_t i = 0; i < number; ++i) {
            const double unit = study.space.unitOf(study.trials[std::size_t(i)].parameters)[0];
            const auto cell = std::size_t(std::clamp(int(unit * scene->columns), 0, scene->columns - 1));
            CHECK(std::abs(scene->mean[cell] - study.trials[std::size_t(i)].values[0]) < 0.05);
        }
    }
    CHECK_FALSE(ui::models::surrogateScene({study, 2, 0, {}})->learning);
    const auto none = ui::models::surrogateScene({study, 0, 0, {}});
    REQUIRE_FALSE(none);
    CHECK(none.error().message.find("no trial had ended") != std::string::npos);
    const StudyState random = played(tests::tuning(oneRange, R"("strategy": "Random", "max_jobs": 4)"), 4);
    const auto beside = ui::models::surrogateScene({random, 4, 0, {}});
    REQUIRE(beside);
    CHECK_FALSE(beside->own);
}

TEST_CASE("the surrogate's view goes back by its slider, plays, and takes a point from a click")
{
    auto open = bayesian(20);
    Seen seen(shared(played(open, 8)));
    seen.side().choose(StudySide::View::Surrogate);
    SurrogateView& view = *seen.side().surrogate();
    REQUIRE(tests::spinUntil([&] { return view.scene() != nullptr; }));
    CHECK(view.scene()->number == 8);
    CHECK(view.lower()->isVisible());
    CHECK(view.upper()->spec().items.size() == 8);
    view.slider()->setFocus();
    QTest::keyClick(view.slider(), Qt::Key_Left);
    REQUIRE(tests::spinUntil([&] { return view.scene() && view.scene()->number == 7; }));
    CHECK(view.upper()->spec().items.size() == 7);
    CHECK(view.upper()->spec().guides.front().name.contains("trial 7"));
    // It does not follow new trials while a person looks back.
    seen.views->setStudy(shared(played(open, 10)));
    CHECK(view.slider()->value() == 7);
    CHECK(view.slider()->maximum() == 10);
    QTest::mouseClick(view.player(), Qt::LeftButton);
    REQUIRE(tests::spinUntil([&] { return view.scene() && view.scene()->number == 10; }));
    QSignalSpy wanted(seen.views.get(), &StudyViews::tryWanted);
    QTest::mouseClick(view.upper(), Qt::LeftButton, {}, view.upper()->placeOf({0.9, 0.97}).toPoint());
    auto* bar = view.findChild<PointBar*>();
    REQUIRE(bar->isVisible());
    CHECK(bar->point().find("x")->toReal() == Approx(0.9).margin(0.02));
    QTest::mouseClick(bar->button(), Qt::LeftButton);
    REQUIRE(wanted.size() == 1);
    CHECK_FALSE(bar->isVisible());
}

TEST_CASE("over two parameters the surrogate is a field of one of three quantities")
{
    Seen seen(shared(played(tests::tuning(R"([{"path": "x", "min": 0, "max": 1}, {"path": "y", "min": 0, "max": 1}])",
                                          R"("seed": 2, "max_jobs": 30)"),
                            12)));
    seen.side().choose(StudySide::View::Surrogate);
    SurrogateView& view = *seen.side().surrogate();
    view.up()->setCurrentIndex(2);
    REQUIRE(tests::spinUntil([&] { return view.scene() && view.scene()->y; }));
    CHECK_FALSE(view.lower()->isVisible());
    std::vector<QString> names;
    auto* shown = view.findChild<QComboBox*>("surrogateShown");
    for (int i = 0; i < 3; ++i) {
        shown->setCurrentIndex(i);
        const auto& field = view.upper()->spec().field;
        REQUIRE(field.values.size() == std::size_t(field.columns * field.rows));
        CHECK(field.high > field.low);
        names.push_back(field.name);
    }
    CHECK(names[0] != names[1]);
    CHECK(names[1] != names[2]);
    CHECK(view.upper()->spec().items.size() == 12);
    view.up()->setCurrentIndex(1);
    REQUIRE(tests::spinUntil([&] { return view.scene() == nullptr; }));
    CHECK(view.upper()->spec().empty.contains("two different"));
}

TEST_CASE("every view is chosen from the heading, draws the study and lights the same trial")
{
    Seen seen(shared(played(tests::tuning(twoRanges, R"("strategy": "Random", "seed": 3, "max_jobs": 12)"), 10)));
    QMenu* menu = seen.side().title()->menu();
    int views = 0;
    for (QAction* action : menu->actions()) {
        if (action->isSeparator())
            continue;
        action->trigger();
        INFO(action->text().toStdString());
        CHECK(seen.side().title()->text() == action->text());
        CHECK(action->isChecked());
        CHECK_FALSE(drawn(seen.side()).isNull());
        ++views;
    }
    CHECK(views == 10);
    StudyPlot* plot = seen.side().figure()->plot();
    for (const auto view : {StudySide::View::Slice, StudySide::View::Contour, StudySide::View::Rank,
                            StudySide::View::Edf, StudySide::View::Timeline}) {
        seen.side().choose(view);
        INFO(int(view));
        REQUIRE(tests::spinUntil([&] {
            return plot->spec().items.size() == 10 &&
                   plot->spec().field.values.empty() == (view != StudySide::View::Contour);
        }));
        seen.choice.choose(TrialChoice::none);
        QTest::mouseClick(plot, Qt::LeftButton, {}, plot->placeOfTrial(4).toPoint());
        CHECK(seen.choice.chosen() >= 0);
        CHECK(plot->lit() == seen.choice.chosen());
        CHECK(seen.views->history()->lit() == seen.choice.chosen());
    }
    // With the keyboard: the next trial along the axis, then its run.
    seen.side().choose(StudySide::View::Slice);
    plot->setFocus();
    const qint64 before = seen.choice.chosen();
    QTest::keyClick(plot, plot->placeOfTrial(before).x() > plot->width() / 2.0 ? Qt::Key_Left : Qt::Key_Right);
    CHECK(seen.choice.chosen() != before);
    QSignalSpy opened(seen.views.get(), &StudyViews::opened);
    QTest::keyClick(plot, Qt::Key_Return);
    REQUIRE(opened.size() == 1);
    CHECK(opened[0][0].toLongLong() == seen.choice.chosen());
    // The whole page for one view, and back.
    auto* whole = seen.side().findChild<QToolButton*>("tuneWholePage");
    QTest::mouseClick(whole, Qt::LeftButton);
    CHECK_FALSE(seen.views->table()->isVisible());
    QTest::mouseClick(whole, Qt::LeftButton);
    CHECK(seen.views->table()->isVisible());
}

TEST_CASE("a place clicked on a slice becomes the next trial; a study that has ended says what to do first")
{
    Seen seen(shared(played(tests::tuning(twoRanges, R"("strategy": "Random", "max_jobs": 12)"), 4)));
    seen.side().choose(StudySide::View::Contour);
    FigureView& figure = *seen.side().figure();
    QSignalSpy wanted(seen.views.get(), &StudyViews::tryWanted);
    REQUIRE(tests::spinUntil([&] { return figure.plot()->spec().picks; }));
    QPointF free(0.5, 0.75);
    QTest::mouseClick(figure.plot(), Qt::LeftButton, {}, figure.plot()->placeOf(free).toPoint());
    auto* bar = figure.findChild<PointBar*>();
    REQUIRE(bar->isVisible());
    CHECK(bar->point().find("act")->text() == "tanh");
    CHECK(bar->point().find("x")->toReal() == Approx(50).margin(2));
    REQUIRE(bar->button()->isEnabled());
    QTest::mouseClick(bar->button(), Qt::LeftButton);
    CHECK(wanted.size() == 1);
    StudyState ended = played(tests::tuning(twoRanges, R"("strategy": "Random", "max_jobs": 12)"), 4);
    ended.ended = "all done";
    bar->offer(ended, {{0, 0.5}}, anchorOf(ended));
    CHECK_FALSE(bar->button()->isEnabled());
    CHECK(bar->button()->toolTip().contains("has ended"));
}

TEST_CASE("trials are filtered by a condition, whose error stands in place with its column")
{
    Seen seen(shared(played(tests::tuning(twoRanges, R"("strategy": "Random", "seed": 4, "max_jobs": 12)"), 10)));
    QLineEdit* filter = seen.views->filter();
    const auto rows = [&] { return seen.views->table()->model()->rowCount(); };
    filter->setFocus();
    QTest::keyClicks(filter, "number < 4 and act == \"relu\" or number == 7");
    CHECK_FALSE(seen.views->filterProblem()->isVisible());
    const int found = rows();
    CHECK(found >= 1);
    CHECK(found <= 5);
    filter->clear();
    CHECK(rows() == 10);
    QTest::keyClicks(filter, "number <");
    CHECK(seen.views->filterProblem()->isVisible());
    CHECK(seen.views->filterProblem()->text().contains("column 9"));
    CHECK(rows() == 10);
    filter->setText("vlaue > 3");
    CHECK(seen.views->filterProblem()->text().contains("value"));
    filter->setText("tanh");
    CHECK_FALSE(seen.views->filterProblem()->isVisible());
    CHECK(rows() < 10);
    CHECK(rows() > 0);
}

TEST_CASE("an axis is turned over and gets the other scale, and its brush keeps the same trials")
{
    Seen seen(shared(played(tests::tuning(twoRanges, R"("strategy": "Random", "seed": 6, "max_jobs": 12)"), 12)));
    auto& plot = *seen.views->parallel();
    const double at = plot.lines()[3].places[0];
    const auto drag = [&](double from, double to) {
        QTest::mousePress(&plot, Qt::LeftButton, {}, plot.placeOf(0, from).toPoint());
        QTest::mouseMove(&plot, plot.placeOf(0, to).toPoint());
        QTest::mouseRelease(&plot, Qt::LeftButton, {}, plot.placeOf(0, to).toPoint());
    };
    drag(std::max(0.0, at - 0.15), std::min(1.0, at + 0.15));
    const auto inside = plot.inside();
    REQUIRE_FALSE(inside.empty());
    const double before = plot.placeOf(0, at).y();
    QTest::mouseClick(&plot, Qt::LeftButton, {}, plot.nameRect(0).center().toPoint());
    auto* menu = plot.findChild<QMenu*>("parallelAxis");
    REQUIRE(menu);
    REQUIRE(menu->actions()[0]->isEnabled());
    menu->actions()[0]->trigger();
    menu->close();
    CHECK(plot.logarithmic(0));
    CHECK(plot.placeOf(0, at).y() < before);
    CHECK(plot.inside() == inside);
    plot.setFlipped(0, true);
    CHECK(plot.placeOf(0, 0).y() < plot.placeOf(0, 1).y());
    CHECK(plot.inside() == inside);
    // A new brush on the axis as it stands now is one of the same values.
    drag(std::max(0.0, at - 0.15), std::min(1.0, at + 0.15));
    CHECK(plot.inside() == inside);
    CHECK_FALSE(plot.hasBothScales(1));
    plot.setLogarithmic(0, false);
    CHECK_FALSE(plot.logarithmic(0));
}

TEST_CASE("a stopped trial shows the exact comparison that stopped it: the median's whole curve")
{
    const auto spec = tests::tuning(oneRange, R"("strategy": "Random", "max_jobs": 9,
        "early_stopping": {"kind": "MedianOptuna", "startup_trials": 2}, "max_parallel_jobs": 9)");
    auto study = Study::create("stops", spec);
    REQUIRE(study);
    const double curves[3][3] = {{0.9, 0.5, 0.2}, {0.8, 0.6, 0.4}, {0.7, 0.3, 0.3}};
    for (const auto& curve : curves) {
        const auto trial = study->ask();
        for (int step = 0; step < 3; ++step)
            REQUIRE(study->report((*trial)->number, step + 1, curve[step]));
        REQUIRE(study->tell((*trial)->number, {curve[2]}));
    }
    const auto bad = study->ask();
    std::optional<core::tune::Stop> stop;
    for (int step = 1; step <= 2 && !stop; ++step) {
        const auto said = study->report((*bad)->number, step, step == 1 ? 0.75 : 0.7);
        REQUIRE(said);
        stop = *said;
    }
    REQUIRE(stop);
    CHECK(stop->limit == 0.5);
    REQUIRE(study->stop((*bad)->number, *stop));
    const auto curve = ui::models::stopCurveOf(study->state(), (*bad)->number);
    CHECK(curve.others == std::vector<qint64>{0, 1, 2});
    REQUIRE(curve.limit.size() == 2);
    CHECK(curve.limit[0] == QPointF(1, 0.8));
    CHECK(curve.limit[1] == QPointF(2, 0.5));
    CHECK(ui::models::stopCurveOf(study->state(), 0).limit.isEmpty());

    Seen seen(shared(study->state()));
    auto* learning = seen.views->curves();
    QTest::mouseClick(learning, Qt::LeftButton, {}, learning->placeOf(3).toPoint());
    REQUIRE(seen.choice.chosen() == 3);
    CHECK(learning->spec().reference == curve.limit);
    CHECK(learning->others() == curve.others);
    seen.choice.choose(0);
    CHECK(learning->others().empty());

    // Every rule over the same trials.
    seen.side().choose(StudySide::View::Replay);
    ReplayView& replay = *seen.side().replay();
    REQUIRE(tests::spinUntil([&] { return replay.rules()->rowCount() > 0; }));
    const int rules = int(core::tune::allPruners().family().entries.size());
    CHECK(replay.rules()->rowCount() == rules);
    int own = -1;
    for (int row = 0; row < rules; ++row)
        if (replay.rules()->item(row, 0)->text().contains("this study's"))
            own = row;
    REQUIRE(own >= 0);
    CHECK(replay.rules()->item(own, 1)->text() == "1");
    CHECK(replay.rules()->item(own, 3)->text() == "none");
    QTest::mouseClick(replay.rules()->viewport(), Qt::LeftButton, {},
                      replay.rules()->visualItemRect(replay.rules()->item(own, 0)).center());
    REQUIRE(replay.stops()->rowCount() == 1);
    CHECK(replay.stops()->item(0, 3)->text() == "0.5");
    QTest::mouseClick(replay.stops()->viewport(), Qt::LeftButton, {},
                      replay.stops()->visualItemRect(replay.stops()->item(0, 0)).center());
    CHECK(seen.choice.chosen() == 3);
}

TEST_CASE("several objectives: a front, its volume, and a column and an axis for each")
{
    const std::string both = R"([{"metric": "loss", "goal": "minimize"}, {"metric": "size", "goal": "maximize"}])";
    const auto spec = tests::tuning(oneRange, R"("strategy": "Random", "seed": 1, "max_jobs": 12)", both);
    const StudyState study = played(spec, 8);
    const auto pareto = ui::models::paretoFigure(study, 0, 1);
    REQUIRE(pareto.items.size() == 8);
    std::size_t front = 0;
    for (const auto& item : pareto.items) {
        const auto& values = study.trials[std::size_t(item.trial)].values;
        const bool beaten = std::ranges::any_of(study.trials, [&](const auto& other) {
            return other.values[0] <= values[0] && other.values[1] >= values[1] && other.values != values;
        });
        CHECK(item.strong == !beaten);
        front += item.strong;
    }
    CHECK(front >= 1);
    REQUIRE(pareto.curves.size() == 1);
    CHECK(pareto.curves[0].points.size() == qsizetype(2 * front - 1));
    const auto volume = ui::models::hypervolumeFigure(study);
    REQUIRE(volume.curves.size() == 1);
    CHECK(std::ranges::is_sorted(volume.curves[0].points, std::less{}, &QPointF::y));
    Seen seen(shared(study));
    seen.side().choose(StudySide::View::Pareto);
    CHECK(seen.side().figure()->plot()->spec().items.size() == 8);
    CHECK(seen.views->parallel()->axes().size() == 3);
    CHECK(seen.views->table()->model()->headerData(TrialsTable::Value + 1, Qt::Horizontal).toString() == "size");
    const StudyState one = played(bayesian(5), 3);
    CHECK(ui::models::paretoFigure(one, 0, 1).empty.contains("second objective"));
}

TEST_CASE("studies side by side are grouped by strategy: mean and spread of the best so far over seeds")
{
    const auto spec = [](const char* strategy, int seed) {
        return tests::tuning(oneRange, R"("max_jobs": 9, "strategy": ")" + std::string(strategy) + R"(", "seed": )" +
                                           std::to_string(seed));
    };
    const StudyState a = played(spec("Random", 1), 5, "a"), b = played(spec("Random", 2), 6, "b"),
                     c = played(spec("Sobol", 1), 5, "c");
    const auto groups = ui::models::groupStudies({&a, &b, &c});
    REQUIRE(groups.size() == 2);
    CHECK(groups[0].name == "Random");
    REQUIRE(groups[0].mean.size() == 5);
    const auto best = [](const StudyState& study, int n) {
        double least = 1e9;
        for (int i = 0; i < n; ++i)
            least = std::min(least, study.trials[std::size_t(i)].values[0]);
        return least;
    };
    for (int n = 1; n <= 5; ++n) {
        const double one = best(a, n), two = best(b, n);
        CHECK(groups[0].mean[std::size_t(n - 1)] == Approx((one + two) / 2));
        CHECK(groups[0].spread[std::size_t(n - 1)] == Approx(std::abs(one - two) / 2).margin(1e-12));
    }
    const auto plot = ui::models::comparisonOf(groups);
    REQUIRE(plot.curves.size() == 2);
    CHECK(plot.curves[0].lower.size() == 5);
    CHECK(plot.curves[1].lower.isEmpty());
    CHECK(ui::models::comparisonText(groups).startsWith("After 5 trials"));
    CHECK_FALSE(ui::models::comparable(a, played(tests::tuning(twoRanges, R"("max_jobs": 2)"), 1)));
    CHECK(ui::models::comparisonOf({}).empty.contains("Tick studies"));
}

}
