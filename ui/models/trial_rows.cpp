// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/trial_rows.h"

#include <QRegularExpression>

#include <utility>

namespace ui::models {

core::base::Status TrialRows::setCondition(const QString& text, const core::tune::StudyState& study)
{
    static const QRegularExpression signs(QStringLiteral("[<>=!()\"']"));
    auto condition = core::tune::TrialFilter::parse(text.toStdString(), study.space, study.spec.objective);
    const bool plain = !condition && !text.contains(signs);
    m_condition = condition ? std::move(*condition) : core::tune::TrialFilter();
    setFilterFixedString(plain ? text.trimmed() : QString());
    invalidateFilter();
    if (!condition && !plain)
        return condition.error();
    return {};
}

}
