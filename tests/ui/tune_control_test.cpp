// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tuned.h"

#include "ui/forms/schema_form.h"
#include "ui/pages/figure_view.h"
#include "ui/pages/items_form.h"
#include "ui/pages/point_bar.h"
#include "ui/pages/strategies_dialog.h"
#include "ui/pages/studies_view.h"
#include "ui/pages/study_change_dialog.h"
#include "ui/pages/study_side.h"
#include "ui/pages/tuning_form.h"
#include "ui/style/label.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QSpinBox>
#include <QToolButton>

namespace tests::tune_control_test {

using namespace ui::pages;
using core::tune::TrialState;
using tests::Tuned;
using ui::models::TrialsTable;

namespace {

template <class Dialog>
Dialog& opened(Tuned& tuned, int action)
{
    tuned.page->findChild<QToolButton*>("tuneMore")->menu()->actions()[action]->trigger();
    auto* dialog = tuned.page->findChild<Dialog*>();
    REQUIRE(dialog);
    return *dialog;
}

core::base::Value objective(const char* metric)
{
    return core::base::Object{{"metric", metric}, {"goal", "minimize"}};
}

}

TEST_CASE("a study that has ended gets a larger budget and another range, and goes on; a note is kept")
{
    Tuned tuned(tests::tunedMoons, {{"tuning.max_jobs", std::int64_t(2)}});
    tuned.trainAll();
    auto& change = opened<StudyChangeDialog>(tuned, 0);
    CHECK_FALSE(change.apply()->isEnabled());
    change.high(0)->setText("1e-9");
    CHECK(change.problem().contains("train.optimizer.lr"));
    CHECK_FALSE(change.apply()->isEnabled());
    change.high(0)->setText("0.01");
    change.low(0)->setText("0.005");
    change.low(1)->setText("tanh");
    CHECK(change.problem().contains("model.activation"));
    change.low(1)->setText(R"(["tanh"])");
    change.jobs()->setValue(3);
    REQUIRE(change.apply()->isEnabled());
    QTest::mouseClick(change.apply(), Qt::LeftButton);
    REQUIRE(tests::spinUntil([&] { return tuned.study()->maxJobs == 3; }));
    REQUIRE(tests::spinUntil([&] { return tuned.button("tuneProceed")->isVisible(); }));
    tuned.click("tuneProceed");
    REQUIRE(tuned.idle());
    REQUIRE(tuned.study()->trials.size() == 3);
    const auto& point = tuned.study()->trials[2].parameters;
    CHECK(point.find("model.activation")->text() == "tanh");
    CHECK(point.find("train.optimizer.lr")->toReal() >= 0.005);
    CHECK(point.find("train.optimizer.lr")->toReal() <= 0.01);
    CHECK(tuned.troubles.empty());

    QTableView* table = tuned.page->views()->table();
    const int note = table->model()->columnCount() - 1;
    const QModelIndex cell = tuned.cell(2, note);
    table->scrollTo(cell);
    const QPoint at = table->visualRect(cell).center();
    QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, at);
    QTest::mouseDClick(table->viewport(), Qt::LeftButton, {}, at);
    auto* editor = table->viewport()->findChild<QLineEdit*>();
    REQUIRE(editor);
    QTest::keyClicks(editor, "narrow");
    QTest::keyClick(editor, Qt::Key_Return);
    REQUIRE(tests::spinUntil([&] { return ui::models::noteText(tuned.study()->trials[2]) == "narrow"; }));
    tuned.page->views()->filter()->setText("contains(note, \"narrow\")");
    CHECK(table->model()->rowCount() == 1);
    // Writing a note opens no run.
    CHECK(tuned.workbench->front() == nullptr);
}

TEST_CASE("strategies are compared on one budget: their studies train in turn and stand side by side")
{
    Tuned tuned(tests::tunedMoons, {{"tuning.max_jobs", std::int64_t(2)}});
    auto& dialog = opened<StrategiesDialog>(tuned, 1);
    CHECK(dialog.box("Manual") == nullptr);
    for (const char* strategy : {"Grid", "Bayesian"})
        QTest::mouseClick(dialog.box(strategy), Qt::LeftButton, {}, {8, dialog.box(strategy)->height() / 2});
    QTest::mouseClick(dialog.box("Random"), Qt::LeftButton, {}, {8, dialog.box("Random")->height() / 2});
    CHECK_FALSE(dialog.start()->isEnabled());
    QTest::mouseClick(dialog.box("Random"), Qt::LeftButton, {}, {8, dialog.box("Random")->height() / 2});
    QTest::mouseClick(dialog.box("Sobol"), Qt::LeftButton, {}, {8, dialog.box("Sobol")->height() / 2});
    dialog.seeds()->setValue(1);
    CHECK(dialog.note().contains("4 trainings"));
    REQUIRE(tests::spinUntil([&] { return dialog.start()->isEnabled(); }));
    QTest::mouseClick(dialog.start(), Qt::LeftButton);
    REQUIRE(tuned.page->desk().going());
    CHECK(tuned.page->desk().waiting() == 1);
    REQUIRE(tuned.idle());
    CHECK(tuned.page->desk().waiting() == 0);
    CHECK(tuned.troubles.empty());
    CHECK(tuned.study()->spec.strategy.kind == "Sobol");
    auto& studies = *tuned.page->views()->side()->studies();
    REQUIRE(studies.isVisible());
    REQUIRE(tests::spinUntil([&] { return studies.plot()->spec().curves.size() == 2; }));
    CHECK(studies.list()->count() == 2);
    CHECK(studies.note().startsWith("After 2 trials"));
    studies.list()->item(1)->setCheckState(Qt::Unchecked);
    CHECK(studies.plot()->spec().curves.size() == 1);
}

TEST_CASE("the same experiment is made for every strategy and seed, without what would hide the differences")
{
    core::base::Value given = *core::base::parseJson(tests::tunedMoons);
    REQUIRE(given.setAt("tuning.early_stopping", "Auto"));
    REQUIRE(given.setAt("tuning.warm_start.parents", core::base::Array{"before"}));
    const auto studies = strategyStudies({given, {}}, {"Random", "Hyperband"}, 7, 2);
    REQUIRE(studies.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
        const core::base::Value& tuning = studies[i].given["tuning"];
        CHECK(tuning["max_jobs"].toInt() == 7);
        CHECK(tuning["seed"].toInt() == 1 + std::int64_t(i % 2));
        CHECK(tuning["strategy"].text() == (i < 2 ? "Random" : "Hyperband"));
        CHECK(tuning["warm_start"].isNull());
        // It stops trials itself.
        CHECK(tuning["early_stopping"].isNull() == (i >= 2));
        CHECK(tuning["parameters"] == given["tuning"]["parameters"]);
    }
}

TEST_CASE("with the manual strategy a click on a plot is the next trial")
{
    Tuned tuned(tests::tunedMoons, {{"tuning.strategy", "Manual"}, {"tuning.max_jobs", std::int64_t(1)}});
    tuned.start();
    REQUIRE(tests::spinUntil([&] { return tuned.study() != nullptr && !tuned.page->desk().going(); }));
    CHECK(tuned.page->findChild<QLabel*>("tuneState")->text().contains("click on a plot"));
    StudySide& side = *tuned.page->views()->side();
    REQUIRE(side.view() == StudySide::View::Rank);
    auto* plot = side.figure()->plot();
    QTest::mouseClick(plot, Qt::LeftButton, {}, plot->placeOf({0.5, 0.25}).toPoint());
    auto* bar = side.figure()->findChild<PointBar*>();
    REQUIRE(bar->isVisible());
    QTest::mouseClick(bar->button(), Qt::LeftButton);
    REQUIRE(tests::spinUntil([&] { return tuned.study() && tuned.study()->count(TrialState::Completed) == 1; }, 60));
    CHECK(tuned.study()->trials[0].source == "person");
    CHECK(tuned.study()->trials[0].parameters.find("model.activation")->text() == "relu");
    CHECK(tuned.study()->trials[0].parameters.find("train.optimizer.lr")->toReal() == Approx(3.16e-3).epsilon(0.1));
    REQUIRE(tuned.idle());
    CHECK(tuned.troubles.empty());
}

TEST_CASE("the best trial trains on beyond its end, as a run beside it")
{
    Tuned tuned(tests::tunedMoons, {{"tuning.max_jobs", std::int64_t(1)}});
    tuned.trainAll();
    QTableView* table = tuned.page->views()->table();
    QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
                      table->visualRect(tuned.cell(0, TrialsTable::Value)).center());
    REQUIRE(tuned.button("trialLonger")->isVisible());
    tuned.click("trialLonger");
    REQUIRE(tests::spinUntil([&] { return tuned.workbench->front() != nullptr; }, 60));
    REQUIRE(tuned.ended());
    CHECK(tuned.workbench->front()->spec()["train"]["epochs"].toInt() == 6);
    CHECK(tuned.workbench->front()->folder().toStdString() != tuned.study()->trials[0].run);
    CHECK(tuned.troubles.empty());
}

TEST_CASE("the form has several objectives, conditions and warm starts")
{
    Tuned tuned;
    REQUIRE(tests::spinUntil([&] { return tuned.page->desk().planned(); }));
    TuningForm& form = *tuned.page->form();
    const auto& given = [&]() -> const core::base::Value& { return tuned.workbench->document().given()["tuning"]; };
    CHECK_FALSE(form.objectives().choice()->isVisible());
    tuned.click("tuneObjectiveAdd");
    CHECK(form.objectives().choice()->count() == 2);
    auto* metric = form.objective().row("metric")->findChild<QLineEdit*>();
    REQUIRE(metric);
    metric->setFocus();
    QTest::keyClicks(metric, "train/loss");
    QTest::keyClick(metric, Qt::Key_Return);
    REQUIRE(given()["objective"].isArray());
    CHECK(given()["objective"].array()[0] == objective("validation/loss"));
    CHECK(given()["objective"].array()[1]["metric"].text() == "train/loss");
    tuned.click("tuneObjectiveRemove");
    CHECK(given()["objective"].array().size() == 1);

    // A momentum that exists for one kind of optimizer alone, and what an earlier study found.
    const auto turnOn = [](ui::forms::SchemaForm& part, const char* group) {
        auto* title = part.findChild<QWidget*>(group);
        REQUIRE(title);
        title->findChild<QCheckBox*>()->click();
    };
    turnOn(form.parameter(), "when");
    auto* when = form.parameter().row("when.path");
    REQUIRE(when);
    when->findChild<QLineEdit*>()->setFocus();
    QTest::keyClicks(when->findChild<QLineEdit*>(), "model.activation");
    QTest::keyClick(when->findChild<QLineEdit*>(), Qt::Key_Return);
    const core::base::Value first = given()["parameters"].array()[0];
    CHECK(first["when"]["path"].text() == "model.activation");
    turnOn(form.settings(), "warm_start");
    REQUIRE(given()["warm_start"].isObject());
    CHECK(form.settings().row("warm_start.parents"));
}

}
