// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/doctor_list.h"

#include "ui/pages/words.h"
#include "ui/style/label.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace ui::pages {

using core::data::Problem;
using style::Label;
using style::Tone;

namespace {

constexpr std::size_t fewShown = 3;

}

DoctorList::DoctorList(QWidget* parent) : QWidget(parent), m_lines(new QVBoxLayout(this))
{
    m_lines->setContentsMargins(0, 0, 0, 0);
    m_lines->setSpacing(4);
    setAccessibleName(tr("What would spoil a training"));
}

void DoctorList::setProblems(std::vector<Problem> problems)
{
    m_problems = std::move(problems);
    fill();
}

void DoctorList::fill()
{
    while (QLayoutItem* item = m_lines->takeAt(0)) {
        if (item->widget())
            item->widget()->deleteLater();
        delete item;
    }
    if (m_problems.empty()) {
        m_lines->addWidget(new Label(tr("Nothing was found that would spoil a training."), Tone::Muted, this));
        return;
    }
    const std::size_t shown = m_all ? m_problems.size() : std::min(m_problems.size(), fewShown);
    for (std::size_t i = 0; i < shown; ++i)
        m_lines->addWidget(lineOf(m_problems[i]));
    if (m_problems.size() > fewShown) {
        auto* more = flatButton(m_all ? tr("Show fewer") : tr("Show %1 more").arg(m_problems.size() - shown), this);
        connect(more, &QPushButton::clicked, this, [this] {
            m_all = !m_all;
            fill();
        });
        m_lines->addWidget(more, 0, Qt::AlignLeft);
    }
}

QWidget* DoctorList::lineOf(const Problem& problem)
{
    auto* line = new QWidget(this);
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    auto* what = new Label(QStringLiteral("▲ ") + QString::fromStdString(problem.message), Tone::Problem, line);
    what->setElided(Qt::ElideRight);
    auto* why =
        new Label(QString::fromStdString(problem.effect.empty() ? problem.remedy : problem.effect), Tone::Muted, line);
    why->setElided(Qt::ElideRight);
    const QString whole = QString::fromStdString(problem.message + "\n\n" + problem.effect +
                                                 (problem.effect.empty() ? "" : "\n\n") + problem.remedy);
    what->setToolTip(whole);
    why->setToolTip(whole);
    row->addWidget(what, 3);
    row->addWidget(why, 2);
    if (!problem.rows.empty() || !problem.column.empty()) {
        auto* show = flatButton(tr("Show"), line);
        show->setToolTip(tr("Brings the row or the column into view"));
        connect(show, &QPushButton::clicked, this, [this, problem] { Q_EMIT shown(problem); });
        row->addWidget(show);
    }
    if (!problem.action.empty()) {
        auto* button = flatButton(QString::fromStdString(problem.action), line);
        button->setToolTip(QString::fromStdString(problem.remedy) + tr("\nOne undo step (Ctrl+Z) takes it back."));
        connect(button, &QPushButton::clicked, this, [this, problem] { Q_EMIT remedied(problem); });
        row->addWidget(button);
    }
    return line;
}

}
