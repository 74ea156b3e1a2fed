// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/lesson.h"

#include <QObject>
#include <QPointer>

#include <memory>

namespace ui::models {
class RunModel;
}

namespace ui::bridge {

class Replay;
class Workbench;

/// Plays a lesson: its runs really train on the workbench, at full speed, and are shown at the pace of the class, frame
/// by frame.
class LessonPlayer final : public QObject {
    Q_OBJECT

public:
    explicit LessonPlayer(Workbench& workbench, QObject* parent = nullptr);
    ~LessonPlayer() override;

    /// False if something else is training.
    bool begin(const models::Lesson& lesson);
    void end();
    bool active() const { return m_lesson.has_value(); }
    const models::Lesson& lesson() const { return *m_lesson; }
    const models::LessonFrame& frame() const { return m_frames[m_at]; }
    const models::Station& station() const { return m_lesson->stations[frame().station]; }
    std::size_t at() const { return m_at; }
    std::size_t count() const { return m_frames.size(); }
    void next();
    void back();
    /// The run that plays, then those behind it; empty until the first one trains.
    std::vector<models::RunModel*> shown() const;
    /// What they are called, in the same order.
    QStringList names() const;
    /// Epochs shown so far of the run that plays.
    double epoch() const;
    /// Whether the run is shown up to where this frame ends.
    bool arrived() const;

Q_SIGNALS:
    void frameChanged();
    /// Other runs are shown.
    void runsChanged();
    void moved();

private:
    void takeFront();
    void go(bool animate);
    void prepare();
    bool ready() const;
    double limit() const;

    Workbench& m_workbench;
    std::optional<models::Lesson> m_lesson;
    std::vector<models::LessonFrame> m_frames;
    std::size_t m_at = 0, m_playing = 0;
    quint64 m_generation = 0;                          ///< of lessons that were begun
    std::vector<QPointer<models::RunModel>> m_sources; ///< in the order of the lesson's runs
    models::RunModel* m_shown = nullptr;
    std::unique_ptr<Replay> m_replay;
};

}
