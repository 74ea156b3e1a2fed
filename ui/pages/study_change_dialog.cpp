// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/study_change_dialog.h"

#include "core/base/json.h"
#include "ui/models/trials_table.h"
#include "ui/style/label.h"

#include <QGridLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>

namespace ui::pages {

using core::base::Array;
using core::base::Error;
using core::base::ErrorKind;
using core::base::Result;
using core::tune::ParameterSpec;
using core::tune::TuningSpec;
using style::Label;
using style::Tone;

namespace {

QSpinBox* countBox(const char* name, std::int64_t value, int least, int most)
{
    auto* box = new QSpinBox;
    box->setObjectName(name);
    box->setRange(least, most);
    box->setValue(int(std::min<std::int64_t>(value, most)));
    return box;
}

bool isCategory(const ParameterSpec& spec)
{
    return spec.values.isArray() && !spec.values.array().empty();
}

}

StudyChangeDialog::StudyChangeDialog(const core::tune::StudyState& study, QWidget* parent)
    : QDialog(parent),
      m_study(study),
      m_jobs(countBox("changeJobs", study.maxJobs, 1, 1'000'000)),
      m_parallel(countBox("changeParallel", study.spec.maxParallelJobs, 1, 1024)),
      m_problem(new Label({}, Tone::Problem)),
      m_apply(new QPushButton(tr("Change study")))
{
    setObjectName("studyChange");
    setWindowTitle(tr("Change study"));
    setAttribute(Qt::WA_DeleteOnClose);
    build();
    check();
}

void StudyChangeDialog::build()
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 20, 24, 20);
    column->setSpacing(8);
    column->addWidget(new Label(tr("Change %1").arg(QString::fromStdString(m_study.name)), Tone::Heading));
    auto* said = new Label(tr("New trials keep to this. Those that were made keep their values, and are still learned "
                              "from where they lie in the ranges."),
                           Tone::Muted);
    said->setWordWrap(true);
    column->addWidget(said);
    column->addSpacing(8);
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(8);
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(2, 1);
    int row = 0;
    const auto add = [&](const QString& name, QWidget* first, QWidget* second = nullptr) {
        auto* label = new Label(name, Tone::Body);
        label->setBuddy(first);
        grid->addWidget(label, row, 0);
        grid->addWidget(first, row, 1, 1, second ? 1 : 2);
        if (second)
            grid->addWidget(second, row, 2);
        ++row;
    };
    add(tr("Trials"), m_jobs);
    add(tr("At once"), m_parallel);
    for (const ParameterSpec& each : m_study.spec.parameters) {
        const QString name = models::shortName(m_study.space, each.path);
        Line line{new QLineEdit, nullptr};
        if (isCategory(each)) {
            line.low->setText(QString::fromStdString(core::base::writeJson(each.values)));
            line.low->setAccessibleName(tr("%1: values").arg(name));
            line.low->setToolTip(tr("A list, such as [\"relu\", \"tanh\"]"));
            add(name, line.low);
        } else {
            line.high = new QLineEdit;
            line.low->setText(each.min ? QString::fromStdString(core::tune::plainNumber(*each.min)) : QString());
            line.high->setText(each.max ? QString::fromStdString(core::tune::plainNumber(*each.max)) : QString());
            line.low->setAccessibleName(tr("%1: smallest").arg(name));
            line.high->setAccessibleName(tr("%1: largest").arg(name));
            line.low->setToolTip(tr("The smallest value"));
            line.high->setToolTip(tr("The largest value"));
            add(name, line.low, line.high);
            connect(line.high, &QLineEdit::textChanged, this, &StudyChangeDialog::check);
        }
        connect(line.low, &QLineEdit::textChanged, this, &StudyChangeDialog::check);
        m_ranges.push_back(line);
    }
    column->addLayout(grid);
    m_problem->setWordWrap(true);
    m_problem->setObjectName("changeProblem");
    column->addWidget(m_problem);
    column->addStretch(1);
    auto* foot = new QHBoxLayout;
    auto* cancel = new QPushButton(tr("Cancel"));
    foot->addStretch(1);
    foot->addWidget(cancel);
    foot->addWidget(m_apply);
    column->addLayout(foot);
    m_apply->setObjectName("changeApply");
    m_apply->setProperty("primary", true);
    m_apply->setDefault(true);
    setMinimumWidth(440);
    connect(m_jobs, &QSpinBox::valueChanged, this, &StudyChangeDialog::check);
    connect(m_parallel, &QSpinBox::valueChanged, this, &StudyChangeDialog::check);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_apply, &QPushButton::clicked, this, [this] {
        if (const auto spec = read()) {
            Q_EMIT changeWanted(*spec);
            accept();
        }
    });
}

QString StudyChangeDialog::problem() const
{
    return m_problem->text();
}

Result<TuningSpec> StudyChangeDialog::read() const
{
    TuningSpec spec = m_study.spec;
    const bool more = m_jobs->value() != m_study.maxJobs;
    if (more)
        spec.maxJobs = m_jobs->value();
    spec.maxParallelJobs = m_parallel->value();
    for (std::size_t i = 0; i < m_ranges.size(); ++i) {
        ParameterSpec& each = spec.parameters[i];
        const Line& line = m_ranges[i];
        if (!line.high) {
            CORE_TRY(values, core::base::parseJson(line.low->text().toStdString(), each.path));
            if (!values.isArray() || values.array().empty())
                return Error{ErrorKind::Spec, "has no values", each.path, "A list, such as [\"relu\", \"tanh\"]"};
            each.values = values;
            continue;
        }
        for (const auto& [edit, end] : {std::pair{line.low, &each.min}, std::pair{line.high, &each.max}}) {
            bool fine = false;
            const double number = edit->text().trimmed().toDouble(&fine);
            if (!fine)
                return Error{ErrorKind::Spec, "\"" + edit->text().toStdString() + "\" is no number", each.path,
                             "Such as 0.01 or 1e-4"};
            *end = number;
        }
    }
    core::tune::TuningChecked checked = core::tune::checkTuning(spec);
    if (!checked.problems.empty())
        return checked.problems.front();
    return spec;
}

void StudyChangeDialog::check()
{
    const auto spec = read();
    m_problem->setVisible(!spec);
    if (!spec)
        m_problem->setText(QStringLiteral("▲ ") + QString::fromStdString(core::base::describe(spec.error())));
    m_apply->setEnabled(spec && *spec != m_study.spec);
}

}
