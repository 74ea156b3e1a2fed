// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tuned.h"

#include "core/base/files.h"
#include "ui/forms/schema_form.h"
#include "ui/pages/trial_panel.h"
#include "ui/pages/tuning_form.h"
#include "ui/plots/parallel_plot.h"
#include "ui/plots/trials_plot.h"
#include "ui/shell/opener.h"

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QUndoStack>

namespace tests::tune_page_test {

using namespace ui::pages;
using core::tune::TrialState;
using tests::Tuned;
using ui::models::TrialChoice;
using ui::models::TrialsTable;

TEST_CASE("a study of four trials is trained from a click to its end, and all views show it")
{
    Tuned tuned;
    REQUIRE(tests::spinUntil([&] { return tuned.page->desk().planned(); }));
    CHECK(tuned.page->inspectorPanel()->findChild<QLabel*>("tuneEstimate")->text().contains("4 trials"));
    tuned.trainAll();
    CHECK(tuned.study()->count(TrialState::Completed) == 4);
    CHECK_FALSE(tuned.study()->ended.empty());
    CHECK_FALSE(tuned.button("tuneProceed")->isVisible());
    const auto opened = ui::shell::kindOf("moons-study-0001", tuned.workbench->runsFolder());
    REQUIRE(opened);
    CHECK(*opened == ui::shell::OpenedAs::Study);
    CHECK(ui::shell::pageFor(*opened) == "tune");
    const auto* views = tuned.page->views();
    REQUIRE(views->table()->model()->rowCount() == 4);
    QAbstractItemModelTester tester(views->table()->model(), QAbstractItemModelTester::FailureReportingMode::Fatal);
    CHECK(views->history()->spec().items.size() == 4);
    CHECK(views->curves()->spec().items.size() == 4);
    CHECK(views->curves()->spec().items[0].points.size() == 3);
    CHECK(views->parallel()->axes().size() == 3);
    CHECK(views->parallel()->lines().size() == 4);
    // The best so far only falls, and ends at the best value.
    const QPolygonF& best = views->history()->spec().best;
    CHECK(std::ranges::is_sorted(best, std::greater{}, &QPointF::y));
    CHECK(best.back().y() == tuned.study()->history().best()->values.front());
}

TEST_CASE("the same trial is lit in the table, the plots and the panel; a brush filters all of them")
{
    Tuned tuned;
    tuned.trainAll();
    auto* views = tuned.page->views();
    TrialChoice& choice = tuned.page->choice();
    QTest::mouseClick(views->history(), Qt::LeftButton, {}, views->history()->placeOf(2).toPoint());
    CHECK(choice.chosen() == 2);
    CHECK(views->table()->model()->index(views->table()->currentIndex().row(), TrialsTable::Number).data() == "2");
    CHECK(views->curves()->lit() == 2);
    CHECK(tuned.button("trialOpen")->isVisible());
    const QModelIndex first = tuned.cell(1, TrialsTable::Value);
    QTest::mouseClick(views->table()->viewport(), Qt::LeftButton, {}, views->table()->visualRect(first).center());
    CHECK(choice.chosen() == 1);
    CHECK(views->history()->lit() == 1);
    // Over a mark the mouse lights another one, which stays not.
    QTest::mouseMove(views->history(), views->history()->placeOf(3).toPoint());
    REQUIRE(tests::spinUntil([&] { return choice.hovered() == 3; }));
    CHECK(views->curves()->lit() == 3);
    CHECK(choice.chosen() == 1);
    choice.hover(TrialChoice::none);
    CHECK(views->history()->lit() == 1);

    auto* parallel = views->parallel();
    const double at = parallel->lines()[0].places[0];
    QTest::mousePress(parallel, Qt::LeftButton, {}, parallel->placeOf(0, at - 0.03).toPoint());
    QTest::mouseMove(parallel, parallel->placeOf(0, at + 0.03).toPoint());
    QTest::mouseRelease(parallel, Qt::LeftButton, {}, parallel->placeOf(0, at + 0.03).toPoint());
    CHECK(choice.brushed());
    CHECK(choice.inBrush(0));
    CHECK(views->table()->model()->rowCount() == int(choice.inside()));
    CHECK(choice.inside() < 4);
    tuned.click("tuneClearBrush");
    CHECK(views->table()->model()->rowCount() == 4);

    views->filter()->setText(tuned.study()->trials[0].parameters.find("model.activation")->text().c_str());
    CHECK(views->table()->model()->rowCount() < 5);
    views->filter()->setText("no such text");
    CHECK(views->table()->model()->rowCount() == 0);
}

TEST_CASE("a star is kept in the study, and Enter opens the trial's run on the Train page")
{
    Tuned tuned;
    tuned.trainAll();
    QTableView* table = tuned.page->views()->table();
    const QModelIndex star = tuned.cell(0, TrialsTable::Star);
    QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, table->visualRect(star).center());
    REQUIRE(tests::spinUntil([&] { return ui::models::starred(tuned.study()->trials[0]); }));
    QString asked;
    QObject::connect(tuned.workbench.get(), &ui::bridge::Workbench::pageRequested,
                     [&](const QString& page) { asked = page; });
    table->setFocus();
    QTest::keyClick(table, Qt::Key_Return);
    REQUIRE(tests::spinUntil([&] { return tuned.workbench->front() != nullptr; }));
    CHECK(asked == "train");
    CHECK(tuned.workbench->front()->folder().toStdString() == tuned.study()->trials[0].run);
    // The experiment in front still is the one that is tuned.
    CHECK(tuned.workbench->document().given()["tuning"].isObject());
}

TEST_CASE("a study is paused, stopped and gone on with; no trial is lost")
{
    Tuned tuned(tests::tunedMoons, {{"train.epochs", std::int64_t(60)}});
    tuned.start();
    REQUIRE(tests::spinUntil([&] { return tuned.study() && tuned.study()->count(TrialState::Running) > 0; }));
    tuned.click("tunePause");
    REQUIRE(tests::spinUntil([&] { return tuned.study()->paused; }));
    REQUIRE(tuned.idle());
    CHECK(tuned.study()->ended.empty());
    CHECK(tuned.study()->count(TrialState::Completed) < 4);
    REQUIRE(tuned.button("tuneProceed")->isVisible());
    tuned.click("tuneProceed");
    REQUIRE(tests::spinUntil([&] { return !tuned.study()->paused && tuned.study()->count(TrialState::Running) > 0; }));
    tuned.click("tuneStop");
    REQUIRE(tuned.idle());
    if (tuned.study()->ended.empty()) {
        tuned.click("tuneProceed");
        REQUIRE(tuned.idle());
    }
    CHECK(tuned.study()->count(TrialState::Completed) == 4);
    CHECK(tuned.study()->trials.size() == 4);
    CHECK(tuned.troubles.empty());
}

TEST_CASE("one trial is paused while others train, and goes on later from where it was")
{
    Tuned tuned(tests::tunedMoons, {{"train.epochs", std::int64_t(200)},
                                    {"data.rows", std::int64_t(1000)},
                                    {"train.batch_size", std::int64_t(8)},
                                    {"tuning.max_jobs", std::int64_t(2)},
                                    {"tuning.max_parallel_jobs", std::int64_t(1)}});
    tuned.start();
    REQUIRE(tests::spinUntil([&] { return tuned.study() && !tuned.study()->trials.empty(); }));
    REQUIRE(tests::spinUntil([&] { return !tuned.study()->trials[0].reports.empty(); }));
    QTableView* table = tuned.page->views()->table();
    QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
                      table->visualRect(tuned.cell(0, TrialsTable::Value)).center());
    tuned.click("trialPause");
    REQUIRE(tests::spinUntil([&] { return tuned.study()->trials[0].state == TrialState::Paused; }));
    const std::int64_t reached = *tuned.study()->trials[0].lastStep();
    REQUIRE(tuned.idle());
    REQUIRE(tuned.study()->trials.size() == 2);
    CHECK(tuned.study()->trials[1].state == TrialState::Completed);
    REQUIRE(tuned.study()->trials[0].state == TrialState::Paused);
    tuned.click("trialResume");
    REQUIRE(tuned.idle());
    CHECK(tuned.study()->trials[0].state == TrialState::Completed);
    CHECK(reached < 200);
    CHECK(tuned.study()->trials[0].lastStep() == 200);
    CHECK(tuned.troubles.empty());
}

TEST_CASE("a point of a person's waits first in turn, can be skipped, and a wrong one is refused with its reason")
{
    Tuned tuned;
    REQUIRE(tests::spinUntil([&] { return tuned.page->desk().planned(); }));
    const auto& bench = *tuned.workbench;
    const auto made = core::session::createStudy({tuned.workbench->document().given(), tuned.runs.path()},
                                                 tuned.page->desk().planned()->spec, bench.runsFolder().toStdString());
    REQUIRE(made);
    tuned.page->showSection(QString::fromStdString(made->path.string()));
    REQUIRE(tests::spinUntil([&] { return tuned.study() != nullptr; }));
    auto* point = tuned.page->inspectorPanel()->findChild<QLineEdit*>("tunePoint");
    REQUIRE(point->isVisible());
    point->setFocus();
    QTest::keyClicks(point, R"({"train.optimizer.lr": 0.02, "model.activation": "tanh"})");
    QTest::keyClick(point, Qt::Key_Return);
    REQUIRE(tests::spinUntil([&] { return tuned.study()->trials.size() == 1; }));
    CHECK(tuned.study()->trials[0].source == "person");
    CHECK(tuned.study()->trials[0].parameters.find("train.optimizer.lr")->toReal() == 0.02);
    QTest::keyClicks(point, R"({"train.optimizer.lr": 7, "model.activation": "tanh"})");
    QTest::keyClick(point, Qt::Key_Return);
    REQUIRE(tests::spinUntil([&] { return tuned.troubles.size() == 1; }));
    CHECK(core::base::describe(tuned.troubles[0]).find("train.optimizer.lr") != std::string::npos);
    QTableView* table = tuned.page->views()->table();
    QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
                      table->visualRect(tuned.cell(0, TrialsTable::Value)).center());
    tuned.click("trialSkip");
    CHECK(tests::spinUntil([&] { return tuned.study()->trials[0].state == TrialState::Skipped; }));
    CHECK(tuned.study()->trials.size() == 1);
}

TEST_CASE("a trial that was stopped is revived and comes to its end")
{
    Tuned tuned;
    tuned.trainAll();
    // Of a study that another program has written: its third trial was stopped by the median of the others.
    const core::session::StudyFolder folder{tuned.page->desk().folder().toStdString()};
    core::session::StudyFolder other{tuned.runs.path() / "other-study-0001"};
    std::filesystem::create_directories(other.path);
    std::filesystem::copy(folder.experiment(), other.experiment());
    {
        auto spec = tuned.study()->spec;
        auto study = core::tune::Study::create(other.id(), spec, other.journal());
        REQUIRE(study);
        for (int i = 0; i < 3; ++i) {
            const auto trial = study->ask();
            REQUIRE((trial && *trial));
            REQUIRE(study->report(i, 1, 0.5 + i));
            if (i < 2)
                REQUIRE(study->tell(i, {0.4 + i}));
            else
                REQUIRE(study->stop(i, {"Median", 1, 2.5, 1.0, {0, 1}, "worse than the median"}));
        }
    }
    tuned.page->showSection(QString::fromStdString(other.path.string()));
    REQUIRE(tests::spinUntil([&] { return tuned.study() && tuned.study()->name == other.id(); }));
    auto* views = tuned.page->views();
    QTest::mouseClick(views->history(), Qt::LeftButton, {}, views->history()->placeOf(2).toPoint());
    REQUIRE(tuned.page->choice().chosen() == 2);
    CHECK(tuned.page->trial()->verdict().contains("worse than the median"));
    CHECK(tuned.page->trial()->verdict().contains("0, 1"));
    REQUIRE(views->curves()->spec().reference.size() == 2);
    CHECK(views->curves()->spec().reference.back() == QPointF(1, 1.0));
    REQUIRE(tuned.button("trialRevive")->isVisible());
    tuned.click("trialRevive");
    REQUIRE(tuned.page->desk().going());
    REQUIRE(tuned.idle());
    CHECK(tuned.study()->trials[2].state == TrialState::Completed);
    CHECK(tuned.study()->trials.size() == 3);
    CHECK_FALSE(tuned.button("trialRevive")->isVisible());
    CHECK(tuned.troubles.empty());
}

TEST_CASE("the form changes the experiment's part, and says in place what is wrong with it")
{
    Tuned tuned;
    REQUIRE(tests::spinUntil([&] { return tuned.page->desk().planned(); }));
    TuningForm& form = *tuned.page->form();
    CHECK(form.parameters()->count() == 2);
    CHECK(form.settings().looseProblems().isEmpty());
    CHECK(form.settings().row("strategy.kind")->problemText().isEmpty());
    CHECK(form.settings().row("early_stopping.kind")->problemText().isEmpty());
    auto* line = form.parameter().row("max")->findChild<QLineEdit*>();
    REQUIRE(line);
    line->setFocus();
    line->selectAll();
    QTest::keyClicks(line, "0.00001");
    QTest::keyClick(line, Qt::Key_Return);
    const auto& parameters = tuned.workbench->document().given()["tuning"]["parameters"].array();
    REQUIRE(parameters.size() == 2);
    CHECK(parameters[0]["max"].toReal() == 1e-5);
    REQUIRE(tests::spinUntil([&] { return tuned.page->desk().planProblem().has_value(); }));
    CHECK_FALSE(tuned.button("tuneStart")->isEnabled());
    auto* problem = tuned.page->inspectorPanel()->findChild<QLabel*>("tuneProblem");
    CHECK(problem->isVisible());
    CHECK(problem->text().contains("train.optimizer.lr"));
    tuned.workbench->document().undoStack()->undo();
    REQUIRE(tests::spinUntil([&] { return tuned.page->desk().planned(); }));
    CHECK(form.parameter().row("max")->findChild<QLineEdit*>()->text() == "0.1");
}

TEST_CASE("without a part that tunes, the page says what to do, and opens the classic")
{
    Tuned tuned(R"({"data": {"source": "two-moons"}})");
    CHECK_FALSE(tuned.button("tuneStart")->isVisible());
    REQUIRE(tuned.button("tuneThis")->isVisible());
    tuned.click("tuneThis");
    CHECK(tuned.workbench->document().given()["tuning"]["parameters"].array()[0]["path"].text() ==
          "train.optimizer.lr");
    CHECK(tests::spinUntil([&] { return tuned.page->desk().planned(); }));
    tuned.click("tuneExample");
    CHECK(tuned.workbench->document().given()["tuning"]["max_jobs"].toInt() == 50);
    CHECK(tuned.page->form()->parameters()->count() == 3);
}

}
