// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/cards.h"

#include "core/base/json.h"
#include "ui/models/recording.h"
#include "ui/models/text_at.h"
#include "ui/style/theme.h"

#include <QFile>

#include <algorithm>
#include <cmath>

/// The resources lie in a static library; Qt wants the call outside of namespaces.
static void registerResources()
{
    Q_INIT_RESOURCE(resources);
}

namespace ui::models {

using core::base::Error;
using core::base::ErrorKind;
using core::base::Result;
using core::base::Value;

namespace {

core::base::Status readCardRecording(Card& card)
{
    const QString path = QStringLiteral(":/cards/%1.json").arg(card.key);
    if (!QFile::exists(path))
        return {};
    CORE_TRY(runs, readJsonResource(path));
    for (const Value& run : runs.array()) {
        CORE_TRY(record, readRecording(run));
        card.recording.push_back(std::move(record));
    }
    return {};
}

}

Result<CardRun> readCardRun(const Value& value)
{
    CORE_TRY(experiment, readSampleExperiment(textAt(value, "experiment")));
    CardRun run{textAt(value, "label"), std::move(experiment)};
    if (value["branch_at"].isInt())
        run.branchAt = value["branch_at"].toInt();
    if (value["set"].isObject())
        for (const auto& [path, setting] : value["set"].object()) {
            CORE_CHECK(run.experiment.setAt(path, setting));
            run.changes.emplace_back(path, setting);
        }
    return run;
}

double Card::seconds() const
{
    double sum = 0;
    for (const auto& record : recording)
        if (record.finished)
            sum += record.finished->trainSeconds;
    return sum;
}

QString Card::length() const
{
    const double whole = seconds();
    if (whole <= 0)
        return {};
    return whole < 100 ? style::duration(std::max(1.0, std::round(whole)))
                       : style::duration(std::round(whole / 60) * 60);
}

Result<Value> readJsonResource(const QString& path)
{
    registerResources();
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Error{ErrorKind::Data, "cannot be read", path.toStdString(), {}};
    return core::base::parseJson(file.readAll().toStdString(), path.toStdString());
}

Result<Value> readSampleExperiment(const QString& name)
{
    auto value = readJsonResource(QStringLiteral(":/experiments/%1.experiment.json").arg(name));
    if (value && value->isObject())
        value->object().erase("$schema");
    return value;
}

Result<std::vector<Card>> readCards()
{
    CORE_TRY(list, readJsonResource(QStringLiteral(":/experiments/cards.json")));
    std::vector<Card> cards;
    for (const Value& item : list.array()) {
        Card card{textAt(item, "key"),
                  textAt(item, "title"),
                  textAt(item, "sentence"),
                  textAt(item, "text"),
                  textAt(item, "question"),
                  textAt(item, "picture"),
                  {},
                  {}};
        if (item["runs"].isArray())
            for (const Value& run : item["runs"].array()) {
                CORE_TRY(cardRun, readCardRun(run));
                card.runs.push_back(std::move(cardRun));
            }
        CORE_CHECK(readCardRecording(card));
        cards.push_back(std::move(card));
    }
    return cards;
}

}
