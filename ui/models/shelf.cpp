// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/shelf.h"

#include "ui/models/cards.h"

/// The resources lie in a static library; Qt wants the call outside of namespaces.
static void registerShelf()
{
    Q_INIT_RESOURCE(shelf);
}

namespace ui::models {

using core::base::Result;
using core::base::Value;

Result<std::vector<Failure>> readShelf()
{
    registerShelf();
    CORE_TRY(index, readJsonResource(QStringLiteral(":/shelf/shelf.json")));
    std::vector<Failure> shelf;
    for (const Value& entry : index.array()) {
        const auto at = [&](std::string_view key) { return QString::fromStdString(entry[key].text()); };
        Failure failure{at("key"), at("title"), at("text"), at("rule"), at("fix")};
        if (entry["also"].isObject())
            for (const auto& [rule, why] : entry["also"].object())
                failure.others.emplace_back(QString::fromStdString(rule), QString::fromStdString(why.text()));
        CORE_TRY(experiment, readJsonResource(QStringLiteral(":/shelf/%1.experiment.json").arg(failure.key)));
        failure.experiment = std::move(experiment);
        shelf.push_back(std::move(failure));
    }
    return shelf;
}

}
