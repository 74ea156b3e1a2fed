// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/point_bar.h"

#include "ui/models/trials_table.h"
#include "ui/style/label.h"

#include <QHBoxLayout>
#include <QPushButton>

namespace ui::pages {

using core::base::Object;
using core::tune::StudyState;
using style::Label;
using style::Tone;

PointBar::PointBar(QWidget* parent)
    : QWidget(parent),
      m_text(new Label({}, Tone::Body)),
      m_try(new QPushButton(tr("Try this point next")))
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    m_text->setElided(Qt::ElideRight);
    m_try->setObjectName("tuneTryPoint");
    row->addWidget(m_text, 1);
    row->addWidget(m_try);
    connect(m_try, &QPushButton::clicked, this, [this] {
        const Object point = m_point;
        clear();
        Q_EMIT tryWanted(point);
    });
    hide();
}

void PointBar::offer(const StudyState& study, const std::vector<std::pair<std::size_t, double>>& units,
                     const Object& around)
{
    Object point = around;
    QStringList said;
    for (const auto& [parameter, unit] : units) {
        const core::tune::Parameter& what = study.space.parameters()[parameter];
        const core::base::Value value = what.range.fromUnit(unit);
        point.set(what.path, value);
        said << models::shortName(study.space, what.path) + QStringLiteral(" ") + models::valueText(value);
    }
    m_point = study.space.nearest(point);
    const bool whole = units.size() >= study.space.size();
    m_text->setText(whole ? said.join(QStringLiteral(" · "))
                          : tr("%1, the rest as it is").arg(said.join(QStringLiteral(" · "))));
    m_try->setEnabled(study.ended.empty());
    m_try->setToolTip(
        study.ended.empty()
            ? tr("Puts it in front of the strategy's own points")
            : tr("The study has ended: give it more trials first, with Change study in the menu beside its name"));
    show();
}

void PointBar::clear()
{
    m_point = {};
    hide();
}

Object anchorOf(const StudyState& study)
{
    const core::tune::Trial* best = study.history().best();
    return study.space.nearest(best ? best->parameters : Object{});
}

}
