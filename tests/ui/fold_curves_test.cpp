// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/workbench.h"

#include "ui/models/fold_curves.h"
#include "ui/models/run_model.h"
#include "ui/pages/closing_bar.h"
#include "ui/pages/run_curves.h"
#include "ui/pages/train_page.h"
#include "ui/plots/live_plot.h"
#include "ui/plots/plot_scene.h"

#include <QCheckBox>
#include <QTest>

#include <cmath>

namespace tests::fold_curves_test {

using namespace core::events;
using core::base::Object;
using ui::models::FoldCurves;
using ui::models::RunModel;
using ui::plots::Line;

namespace {

/// A fold with an evaluation after each epoch of `stepsPerEpoch` steps.
void train(RunModel& run, int fold, int stepsPerEpoch, const std::vector<double>& losses, bool ended = true)
{
    RunOpened opened;
    opened.groups = {{"validation/loss"}};
    opened.stepsPerEpoch = stepsPerEpoch;
    opened.spec = Object{{"name", "moons"}, {"split", Object{{"kind", "k_fold"}, {"fold", fold}}}};
    run.take({}, {opened, StateChanged{RunState::Running}});
    std::int64_t step = 0;
    for (const double loss : losses)
        run.take({{step += stepsPerEpoch, 100.0 + double(step), 0, 1, {loss}}}, {});
    RunFinished finished;
    finished.state = RunState::Completed;
    if (ended)
        run.take({}, {finished});
}

}

TEST_CASE("folds that have ended become mean and standard deviation at equal epochs, as far as all reach")
{
    RunModel first, second, third;
    train(first, 0, 10, {1, 2, 4});
    train(second, 1, 12, {3, 2, 8, 9});
    train(third, 2, 10, {100}, false);
    FoldCurves folds;
    REQUIRE(folds.update({&third, &second, &first}));
    CHECK(folds.folds() == 2);
    CHECK(folds.holds(third));
    const FoldCurves::Band* band = folds.band("validation/loss");
    REQUIRE(band);
    REQUIRE(band->mean.size() == 3);
    CHECK(band->mean.value(0) == 2);
    CHECK(band->mean.value(1) == 2);
    CHECK(band->mean.value(2) == 6);
    CHECK(band->upper.value(0) == Approx(2 + std::sqrt(2.)));
    CHECK(band->lower.value(1) == 2);
    CHECK(band->lower.value(2) == Approx(6 - std::sqrt(8.)));
    CHECK_FALSE(folds.update({&third, &second, &first}));

    RunModel other;
    train(other, 1, 10, {5, 5, 5});
    auto spec = other.opened();
    CHECK(spec.spec.setAt("name", "circles"));
    other.take({}, {spec});
    CHECK(folds.update({&first, &other}));
    CHECK(folds.folds() == 0);
    CHECK_FALSE(folds.band("validation/loss"));
}

TEST_CASE("a cross-validation is shown as a band with its legend, and the single folds can be hidden")
{
    tests::Bench bench;
    ui::pages::TrainPage page(*bench.workbench);
    page.resize(960, 664);
    page.show();
    bench.open(R"({"data": {"source": "two-moons", "rows": 60}, "split": {"kind": "k_fold", "folds": 3},
        "train": {"epochs": 4, "threads": 1}})");
    bench.workbench->train();
    REQUIRE(tests::spinUntil([&] { return bench.workbench->overlays().size() == 2 && bench.ended(); }, 60));
    auto* plot = page.curves()->plot();
    const auto count = [&](auto wanted) {
        plot->refreshNow();
        return std::ranges::count_if(plot->scene().curves, wanted);
    };
    const auto mean = [](const auto& curve) { return curve.run == "mean of 3 folds"; };
    REQUIRE(tests::spinUntil([&] { return count(mean) > 0; }));
    CHECK(plot->scene().bands().size() == 2);
    CHECK(plot->scene().gapPairs().empty());
    const auto* closing = page.findChild<ui::pages::ClosingBar*>();
    REQUIRE(closing);
    INFO(closing->closing().text());
    REQUIRE(tests::spinUntil([&] { return closing->closing().text().starts_with("Mean of 3 folds"); }));
    CHECK(plot->valuesAt(4).filter("validation").join(' ').contains(QString::fromUtf8(" ± ")));
    const auto grey = [](const auto& curve) { return curve.run.startsWith("fold ") && curve.color < 0; };
    const auto shownFolds = count([&](const auto& curve) { return grey(curve) && curve.panel == 0; });
    CHECK(shownFolds == 3);
    auto* singles = page.curves()->findChild<QCheckBox*>("singleFolds");
    REQUIRE(singles->isVisible());
    QTest::mouseClick(singles, Qt::LeftButton, {}, QPoint(8, singles->height() / 2));
    CHECK(count([&](const auto& curve) { return grey(curve) && curve.panel == 0; }) == 0);
    CHECK(plot->scene().bands().size() == 2);
    QTest::mouseClick(singles, Qt::LeftButton, {}, QPoint(8, singles->height() / 2));
    CHECK(bench.troubles.empty());
}

}
