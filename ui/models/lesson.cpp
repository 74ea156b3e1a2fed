// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/lesson.h"

#include "ui/models/cards.h"
#include "ui/models/text_at.h"

namespace ui::models {

using core::base::Result;
using core::base::Value;

namespace {

Station readStation(const Value& value)
{
    Station station{textAt(value, "title"),
                    textAt(value, "text"),
                    textAt(value, "question"),
                    textAt(value, "answer"),
                    std::size_t(value["run"].toInt()),
                    value["until_epoch"].toReal(),
                    textAt(value, "open")};
    if (value["until_epoch"].text() == "end")
        station.until = std::numeric_limits<double>::infinity();
    return station;
}

}

std::vector<LessonFrame> Lesson::frames() const
{
    std::vector<LessonFrame> frames;
    std::size_t run = 0;
    double reached = 0;
    for (std::size_t i = 0; i < stations.size(); ++i) {
        if (stations[i].run != run)
            reached = 0;
        run = stations[i].run;
        if (!stations[i].question.isEmpty())
            frames.push_back({i, false, reached});
        frames.push_back({i, true, stations[i].until});
        reached = stations[i].until;
    }
    return frames;
}

Result<std::vector<Lesson>> readLessons()
{
    CORE_TRY(list, readJsonResource(QStringLiteral(":/lessons/lessons.json")));
    std::vector<Lesson> lessons;
    for (const Value& item : list.array()) {
        Lesson lesson{textAt(item, "key"),       textAt(item, "title"), textAt(item, "sentence"), {}, {}, {},
                      item["seconds"].toReal(24)};
        for (const Value& run : item["runs"].array()) {
            CORE_TRY(cardRun, readCardRun(run));
            lesson.experiments.push_back(std::move(cardRun.experiment));
            lesson.labels << cardRun.label;
        }
        for (const Value& station : item["stations"].array())
            lesson.stations.push_back(readStation(station));
        lessons.push_back(std::move(lesson));
    }
    return lessons;
}

}
