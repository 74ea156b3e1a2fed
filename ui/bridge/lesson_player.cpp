// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/lesson_player.h"

#include "ui/bridge/replay.h"
#include "ui/bridge/workbench.h"

#include <algorithm>
#include <cmath>

namespace ui::bridge {

using models::RunModel;

LessonPlayer::LessonPlayer(Workbench& workbench, QObject* parent) : QObject(parent), m_workbench(workbench)
{
    connect(&m_workbench, &Workbench::frontChanged, this, &LessonPlayer::takeFront);
    connect(&m_workbench, &Workbench::advanced, this, [this] {
        if (active() && !ready())
            prepare();
        else if (active() && !m_replay->playing() && !arrived())
            m_replay->play();
    });
}

LessonPlayer::~LessonPlayer() = default;

bool LessonPlayer::begin(const models::Lesson& lesson)
{
    if (m_workbench.training())
        return false;
    end();
    ++m_generation;
    m_lesson = lesson;
    m_frames = lesson.frames();
    m_at = 0;
    std::vector<Workbench::Turn> turns;
    for (const core::base::Value& experiment : lesson.experiments)
        turns.push_back({experiment});
    m_workbench.trainInTurn(std::move(turns));
    Q_EMIT frameChanged();
    return true;
}

void LessonPlayer::end()
{
    m_replay.reset();
    m_sources.clear();
    m_lesson.reset();
    if (m_shown)
        m_shown->deleteLater();
    m_shown = nullptr;
    Q_EMIT runsChanged();
    Q_EMIT frameChanged();
}

/// The workbench puts each of the lesson's runs in front as it begins.
void LessonPlayer::takeFront()
{
    RunModel* front = m_workbench.front();
    if (!active() || !front || m_workbench.replaying() || m_sources.size() >= m_lesson->experiments.size())
        return;
    m_sources.emplace_back(front);
    connect(front, &QObject::destroyed, this, [this, generation = m_generation] {
        if (generation == m_generation && active())
            end();
    });
    prepare();
}

/// Shows the run that the frame is about, once it is known how long its epochs are.
void LessonPlayer::prepare()
{
    const std::size_t run = station().run;
    if (run >= m_sources.size() || m_sources[run]->opened().stepsPerEpoch <= 0)
        return;
    if (ready())
        return;
    m_playing = run;
    m_replay.reset();
    if (m_shown)
        m_shown->deleteLater();
    m_shown = new RunModel(this);
    m_replay = std::make_unique<Replay>(*m_sources[run], *m_shown);
    m_replay->setPace(double(m_sources[run]->opened().totalSteps) / m_lesson->seconds);
    connect(m_replay.get(), &Replay::moved, this, &LessonPlayer::moved);
    connect(m_replay.get(), &Replay::ended, this, &LessonPlayer::moved);
    Q_EMIT runsChanged();
    go(true);
}

/// Whether the run that the frame is about is the one that plays.
bool LessonPlayer::ready() const
{
    return m_replay && m_playing == station().run;
}

double LessonPlayer::limit() const
{
    const double epochs = frame().until;
    return std::isinf(epochs) ? epochs : epochs * double(m_sources[m_playing]->opened().stepsPerEpoch);
}

void LessonPlayer::go(bool animate)
{
    if (!ready())
        return;
    const double to = limit();
    m_replay->setLimit(to);
    if (!animate || to < m_replay->position())
        m_replay->moveTo(std::min(to, m_replay->available()));
    else
        m_replay->play();
}

void LessonPlayer::next()
{
    if (!active())
        return;
    // A press while the curve is still moving brings it to its end first.
    if (ready() && frame().revealed && !arrived() && std::min(limit(), m_replay->available()) > m_replay->position()) {
        m_replay->moveTo(std::min(limit(), m_replay->available()));
        return;
    }
    if (m_at + 1 >= m_frames.size())
        return;
    ++m_at;
    Q_EMIT frameChanged();
    if (ready())
        go(true);
    else
        prepare();
}

void LessonPlayer::back()
{
    if (!active() || m_at == 0)
        return;
    --m_at;
    Q_EMIT frameChanged();
    prepare();
    go(false);
}

std::vector<RunModel*> LessonPlayer::shown() const
{
    std::vector<RunModel*> runs;
    if (!m_shown)
        return runs;
    runs.push_back(m_shown);
    for (std::size_t i = 0; i < m_playing; ++i)
        if (m_sources[i])
            runs.push_back(m_sources[i]);
    return runs;
}

QStringList LessonPlayer::names() const
{
    QStringList names;
    if (!active())
        return names;
    names << m_lesson->labels.value(qsizetype(m_playing));
    for (std::size_t i = 0; i < m_playing; ++i)
        names << m_lesson->labels.value(qsizetype(i));
    return names.contains(QString()) ? QStringList() : names;
}

double LessonPlayer::epoch() const
{
    return m_replay ? m_replay->position() / std::max(1.0, double(m_sources[m_playing]->opened().stepsPerEpoch)) : 0;
}

bool LessonPlayer::arrived() const
{
    if (!ready())
        return false;
    const bool complete = m_sources[m_playing]->finished() && m_replay->position() >= m_replay->available();
    return complete || m_replay->position() >= limit();
}

}
