// SPDX-License-Identifier: GPL-3.0-or-later
// What the page does with a study and its trials.
#include "ui/pages/tune_page.h"

#include "core/base/json.h"
#include "core/store/run_record.h"
#include "ui/bridge/study_desk.h"
#include "ui/bridge/workbench.h"
#include "ui/models/cards.h"
#include "ui/pages/strategies_dialog.h"
#include "ui/pages/studies_view.h"
#include "ui/pages/study_change_dialog.h"
#include "ui/pages/study_side.h"
#include "ui/pages/study_views.h"

#include <QLineEdit>

#include <algorithm>

namespace ui::pages {

using bridge::StudyDesk;
using core::base::Array;
using core::base::Error;
using core::base::ErrorKind;
using core::base::Object;
using core::base::Value;
using core::tune::Trial;

namespace {

/// How a run goes on to twice its length.
struct Longer {
    std::int64_t step = 0; ///< updates it has done
    std::string path;
    Value length;
};

core::base::Result<Longer> longerBy(const std::string& run)
{
    CORE_TRY(record, core::store::readRun(run));
    CORE_TRY(summary, core::store::summarize(run));
    const Value& train = record.spec["train"];
    const bool bySteps = train["steps"].isInt();
    return Longer{summary.steps, bySteps ? "train.steps" : "train.epochs",
                  Value(2 * train[bySteps ? "steps" : "epochs"].toInt(1))};
}

}

void TunePage::openTrial(qint64 number)
{
    const auto& study = m_desk->state();
    if (!study || number < 0 || number >= qint64(study->trials.size()))
        return;
    const Trial& trial = study->trials[std::size_t(number)];
    if (trial.run.empty()) {
        Q_EMIT m_bench.trouble({ErrorKind::Usage, "Trial " + std::to_string(number) + " has no run yet", study->name,
                                "Its worker makes one when it begins to train"});
        return;
    }
    m_bench.openRun(QString::fromStdString(trial.run), false);
    Q_EMIT m_bench.pageRequested(QStringLiteral("train"));
}

void TunePage::takeValues()
{
    const auto& study = m_desk->state();
    const qint64 number = m_choice.chosen();
    if (!study || number < 0 || number >= qint64(study->trials.size()))
        return;
    // A kind before its own settings.
    std::vector<std::pair<QString, Value>> changes;
    for (const auto& [path, value] : study->trials[std::size_t(number)].parameters) {
        const Value* there = m_bench.document().resolved().at(path);
        const bool kind = value.isText() && there && there->isObject() && there->object().find("kind");
        changes.emplace_back(QString::fromStdString(path), kind ? Value(Object{{"kind", value}}) : value);
    }
    std::ranges::stable_sort(changes, {}, [](const auto& each) { return each.first.size(); });
    m_bench.document().setAll(changes, tr("Values of trial %1").arg(number));
}

void TunePage::enqueue()
{
    const auto point = core::base::parseJson(m_point->text().toStdString(), "the next point");
    if (!point) {
        Q_EMIT m_bench.trouble(point.error());
        return;
    }
    if (!point->isObject()) {
        Q_EMIT m_bench.trouble({ErrorKind::Usage, "is no object", "the next point",
                                R"(Such as {"train.optimizer.lr": 0.01}, a value for every parameter)"});
        return;
    }
    m_desk->enqueue(point->object());
    m_point->clear();
}

void TunePage::openExample()
{
    auto example = models::readSampleExperiment(QStringLiteral("amt"));
    if (!example) {
        Q_EMIT m_bench.trouble(example.error());
        return;
    }
    m_bench.document().open(std::move(*example));
    showSide(Side::Settings);
}

void TunePage::tuneThis()
{
    m_bench.document().set(
        "tuning",
        Object{{"strategy", "Bayesian"},
               {"objective", Object{{"metric", "validation/loss"}, {"goal", "minimize"}}},
               {"max_jobs", std::int64_t(20)},
               {"parameters",
                Array{Object{{"path", "train.optimizer.lr"}, {"min", 1e-4}, {"max", 0.1}, {"scale", "log"}}}}});
    showSide(Side::Settings);
}

void TunePage::trainLonger()
{
    const auto& study = m_desk->state();
    const qint64 number = m_choice.chosen();
    if (!study || number < 0 || number >= qint64(study->trials.size()))
        return;
    const std::string run = study->trials[std::size_t(number)].run;
    m_longer.ask([run] { return longerBy(run); },
                 [this, run](core::base::Result<Longer> longer) {
                     if (!longer) {
                         Q_EMIT m_bench.trouble(longer.error());
                         return;
                     }
                     m_bench.branch(QString::fromStdString(run), longer->step, {{longer->path, longer->length}}, {},
                                    [this](const std::optional<Error>& error) {
                                        if (error)
                                            Q_EMIT m_bench.trouble(*error);
                                        else
                                            Q_EMIT m_bench.pageRequested(QStringLiteral("train"));
                                    });
                 });
}

void TunePage::changeStudy()
{
    if (!m_desk->state())
        return;
    auto* dialog = new StudyChangeDialog(*m_desk->state(), this);
    connect(dialog, &StudyChangeDialog::changeWanted, m_desk, &StudyDesk::changeSpec);
    dialog->open();
}

void TunePage::compareStrategies()
{
    auto subject = m_desk->frontSubject();
    if (!subject) {
        Q_EMIT m_bench.trouble(subject.error());
        return;
    }
    auto* dialog = new StrategiesDialog(std::move(*subject), this);
    connect(dialog, &StrategiesDialog::wanted, this, [this](const std::vector<core::session::StudySubject>& studies) {
        m_desk->startInTurn(studies);
        m_views->side()->choose(StudySide::View::Studies);
    });
    dialog->open();
}

}
