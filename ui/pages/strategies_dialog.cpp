// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/strategies_dialog.h"

#include "core/tune/sampler.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>

namespace ui::pages {

using core::base::Object;
using core::base::Value;
using core::session::StudySubject;
using style::Label;
using style::Tone;

namespace {

constexpr int usualTrials = 20, usualSeeds = 3;
const std::vector<std::string> usual{"Grid", "Random", "Bayesian"};

QSpinBox* numberBox(const char* name, const QString& tip, int value, int most)
{
    auto* box = new QSpinBox;
    box->setObjectName(name);
    box->setRange(1, most);
    box->setValue(value);
    box->setToolTip(tip);
    return box;
}

}

std::vector<StudySubject> strategyStudies(const StudySubject& subject, const std::vector<std::string>& strategies,
                                          int trials, int seeds)
{
    std::vector<StudySubject> studies;
    const std::int64_t first = subject.given["tuning"]["seed"].toInt();
    for (const std::string& strategy : strategies) {
        const auto sampler = core::tune::allSamplers().make({strategy, Object{}});
        for (int seed = 0; seed < seeds; ++seed) {
            StudySubject study = subject;
            Value tuning = study.given["tuning"];
            Object& part = tuning.object();
            part.set("strategy", strategy);
            part.set("seed", first + seed);
            part.set("max_jobs", std::int64_t(trials));
            // What others found would hide the differences.
            part.erase("warm_start");
            if (sampler && (*sampler)->earlyStopping())
                part.erase("early_stopping");
            study.given.object().set("tuning", std::move(tuning));
            studies.push_back(std::move(study));
        }
    }
    return studies;
}

StrategiesDialog::StrategiesDialog(StudySubject subject, QWidget* parent)
    : QDialog(parent),
      m_subject(std::move(subject)),
      m_trials(numberBox(
          "compareTrials", tr("How many trials each study may make"),
          int(std::clamp<std::int64_t>(m_subject.given["tuning"]["max_jobs"].toInt(usualTrials), 1, 9999)), 9999)),
      m_seeds(numberBox("compareSeeds", tr("How often each strategy is tried: one lucky study proves nothing"),
                        usualSeeds, 100)),
      m_note(new Label({}, Tone::Body)),
      m_problem(new Label({}, Tone::Problem)),
      m_start(new QPushButton(tr("Compare")))
{
    setObjectName("compareStrategies");
    setWindowTitle(tr("Compare strategies"));
    setAttribute(Qt::WA_DeleteOnClose);
    build();
    check();
}

void StrategiesDialog::build()
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 20, 24, 20);
    column->setSpacing(8);
    column->addWidget(new Label(tr("Compare strategies"), Tone::Heading));
    auto* said = new Label(tr("The same experiment is tuned by each of them, on the same budget and with the same "
                              "seeds. Grid has no chance in it: its seeds agree unless training does not."),
                           Tone::Muted);
    said->setWordWrap(true);
    column->addWidget(said);
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(24);
    int place = 0;
    for (const core::base::Entry& entry : core::tune::allSamplers().family().entries) {
        const auto sampler = core::tune::allSamplers().make({entry.kind, Object{}});
        if (!sampler || (*sampler)->waitsForPeople())
            continue;
        auto* box = new QCheckBox(QString::fromStdString(entry.title));
        box->setObjectName(QStringLiteral("compare") + QString::fromStdString(entry.kind));
        box->setToolTip(QString::fromStdString(entry.help));
        box->setChecked(std::ranges::find(usual, entry.kind) != usual.end());
        connect(box, &QCheckBox::toggled, this, &StrategiesDialog::check);
        grid->addWidget(box, place / 2, place % 2);
        ++place;
        m_boxes.emplace_back(entry.kind, box);
    }
    column->addLayout(grid);
    auto* budget = new QHBoxLayout;
    budget->setSpacing(8);
    budget->addWidget(new Label(tr("Trials each"), Tone::Body));
    budget->addWidget(m_trials);
    budget->addSpacing(16);
    budget->addWidget(new Label(tr("Seeds"), Tone::Body));
    budget->addWidget(m_seeds);
    budget->addStretch(1);
    column->addSpacing(8);
    column->addLayout(budget);
    m_note->setWordWrap(true);
    m_note->setObjectName("compareNote");
    m_problem->setWordWrap(true);
    m_problem->setObjectName("compareProblem");
    column->addWidget(m_note);
    column->addWidget(m_problem);
    column->addStretch(1);
    auto* foot = new QHBoxLayout;
    auto* cancel = new QPushButton(tr("Cancel"));
    foot->addStretch(1);
    foot->addWidget(cancel);
    foot->addWidget(m_start);
    column->addLayout(foot);
    m_start->setObjectName("compareStart");
    m_start->setProperty("primary", true);
    setMinimumWidth(460);
    connect(m_trials, &QSpinBox::valueChanged, this, &StrategiesDialog::check);
    connect(m_seeds, &QSpinBox::valueChanged, this, &StrategiesDialog::check);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_start, &QPushButton::clicked, this, [this] {
        Q_EMIT wanted(studies());
        accept();
    });
}

QCheckBox* StrategiesDialog::box(const std::string& strategy) const
{
    const auto found = std::ranges::find(m_boxes, strategy, &std::pair<std::string, QCheckBox*>::first);
    return found == m_boxes.end() ? nullptr : found->second;
}

QString StrategiesDialog::note() const
{
    return m_note->text();
}

std::vector<StudySubject> StrategiesDialog::studies() const
{
    std::vector<std::string> chosen;
    for (const auto& [strategy, box] : m_boxes)
        if (box->isChecked())
            chosen.push_back(strategy);
    return strategyStudies(m_subject, chosen, m_trials->value(), m_seeds->value());
}

void StrategiesDialog::check()
{
    const std::vector<StudySubject> all = studies();
    m_note->setText(tr("%1 studies of at most %2 trials, one after the other: %3 trainings.")
                        .arg(style::count(qint64(all.size())), style::count(m_trials->value()),
                             style::count(qint64(all.size()) * m_trials->value())));
    m_start->setEnabled(false);
    if (all.empty()) {
        m_problem->setText(QStringLiteral("▲ ") + tr("Choose a strategy"));
        m_problem->show();
        return;
    }
    m_checker.ask(
        [all]() -> std::optional<core::base::Error> {
            for (const StudySubject& study : all)
                if (const auto plan = core::session::planStudy(study, core::session::PlanDepth::Text); !plan) {
                    core::base::Error error = plan.error();
                    error.message = study.given["tuning"]["strategy"].text() + ": " + error.message;
                    return error;
                }
            return {};
        },
        [this](const std::optional<core::base::Error>& problem) { tell(problem); });
}

void StrategiesDialog::tell(const std::optional<core::base::Error>& problem)
{
    m_problem->setVisible(problem.has_value());
    if (problem)
        m_problem->setText(QStringLiteral("▲ ") + QString::fromStdString(core::base::describe(*problem)));
    m_start->setEnabled(!problem);
}

}
