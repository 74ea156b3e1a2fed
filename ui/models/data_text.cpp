// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/data_text.h"

#include <QCoreApplication>
#include <QStringList>

namespace ui::models {

using core::data::Modality;

namespace {

// The context under which the words are translated.
struct Texts {
    Q_DECLARE_TR_FUNCTIONS(DataPage)
};

}

QString shapeText(const core::data::DatasetInfo& info)
{
    QStringList sides;
    for (const std::int64_t side : info.inputShape)
        sides << QString::number(side);
    switch (info.modality) {
    case Modality::Image:
        // Channels last, as pictures are spoken of.
        return QStringLiteral("%1 × %2, %3")
            .arg(sides.value(2), sides.value(1),
                 sides.value(0) == QLatin1String("1") ? Texts::tr("grey")
                                                      : Texts::tr("%1 channels").arg(sides.value(0)));
    case Modality::Text:
        return info.tokens.empty()
                   ? Texts::tr("texts, %1 words counted").arg(sides.value(0))
                   : Texts::tr("texts of up to %1 tokens, %2 are known").arg(sides.value(0)).arg(info.tokens.size());
    case Modality::Audio:
        return Texts::tr("recordings, %1 bands × %2 moments").arg(sides.value(1), sides.value(2));
    case Modality::Series:
        return sides.value(0) == QLatin1String("1")
                   ? Texts::tr("series of %1 steps").arg(sides.value(1))
                   : Texts::tr("series of %1 steps in %2 channels").arg(sides.value(1), sides.value(0));
    case Modality::Table:
        break;
    }
    return sides.value(0) == QLatin1String("1") ? Texts::tr("1 feature")
                                                : Texts::tr("%1 features").arg(sides.value(0, QStringLiteral("0")));
}

}
