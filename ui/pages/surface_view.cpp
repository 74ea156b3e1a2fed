// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/surface_view.h"

#include "ui/models/run_model.h"
#include "ui/plots/mini_surface.h"
#include "ui/plots/surface_plot.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QHBoxLayout>

#include <algorithm>
#include <cmath>

namespace ui::pages {

using core::events::SurfaceFrame;

namespace {

std::size_t nearest(const std::vector<SurfaceFrame>& frames, double step)
{
    const auto distance = [step](const SurfaceFrame& frame) { return std::abs(double(frame.step) - step); };
    return std::size_t(std::ranges::min_element(frames, {}, distance) - frames.begin());
}

/// `14 · best`; where no surface was taken at the best epoch itself the nearest says so.
QString captionOf(const SurfaceFrame& frame, const std::optional<core::events::BestChanged>& best)
{
    const QString epoch = style::count(frame.epoch);
    if (best && frame.epoch == best->epoch)
        return SurfaceView::tr("%1 · best").arg(epoch);
    if (best && std::abs(frame.step - best->step) * 10 <= best->step)
        return SurfaceView::tr("%1 ≈ best").arg(epoch);
    return SurfaceView::tr("epoch %1").arg(epoch);
}

}

std::vector<std::size_t> storyOf(const std::vector<SurfaceFrame>& frames, std::int64_t bestStep)
{
    if (frames.empty())
        return {};
    const auto begun = std::ranges::find_if(frames, [](const SurfaceFrame& frame) { return frame.epoch >= 1; });
    const std::size_t first = begun == frames.end() ? 0 : std::size_t(begun - frames.begin());
    const std::size_t last = frames.size() - 1;
    const double from = std::max(1.0, double(frames[first].step)), to = double(frames[last].step);
    const auto between = [&](double a, double b) {
        return nearest(frames, std::sqrt(std::max(1.0, a) * std::max(1.0, b)));
    };
    std::vector<std::size_t> story{first, last};
    const std::size_t best = bestStep >= 0 ? nearest(frames, double(bestStep)) : last;
    if (best > first && best < last) {
        story.push_back(best);
        story.push_back(between(from, double(frames[best].step)));
    } else {
        story.push_back(between(from, to));
        story.push_back(between(double(frames[story.back()].step), to));
    }
    std::ranges::sort(story);
    const auto doubled = std::ranges::unique(story);
    story.erase(doubled.begin(), doubled.end());
    return story;
}

SurfaceView::SurfaceView(QWidget* parent)
    : QWidget(parent),
      m_surface(new plots::SurfacePlot),
      m_title(new style::Label(tr("The same surface at keyframes"), style::Tone::Muted))
{
    for (std::size_t i = 0; i < m_minis.size(); ++i) {
        m_minis[i] = new plots::MiniSurface(this);
        m_minis[i]->setCheckable(true);
        connect(m_minis[i], &QAbstractButton::clicked, this, [this, i] { choose(i); });
    }
    arrange(false);
}

void SurfaceView::setWide(bool wide)
{
    delete layout();
    arrange(wide);
}

void SurfaceView::arrange(bool wide)
{
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(8);
    const int columns = wide ? 2 : int(m_minis.size());
    const int left = wide ? 1 : 0, top = wide ? 0 : 1;
    if (wide)
        grid->addWidget(m_surface, 0, 0, 4, 1);
    else
        grid->addWidget(m_surface, 0, 0, 1, columns);
    grid->addWidget(m_title, top, left, 1, columns);
    for (int i = 0; i < int(m_minis.size()); ++i)
        grid->addWidget(m_minis[std::size_t(i)], top + 1 + i / columns, left + i % columns);
    for (int column = 0; column < columns; ++column)
        grid->setColumnStretch(left + column, 2);
    grid->setColumnStretch(0, wide ? 7 : 2);
    grid->setRowStretch(wide ? 3 : 0, 1);
}

void SurfaceView::setRun(const models::RunModel* run)
{
    m_run = run;
    m_shown = m_chosen = -1;
    m_captions.clear();
    m_surface->clearFrame();
    if (run) {
        QStringList names;
        for (const std::string& name : run->opened().classes)
            names << QString::fromStdString(name);
        m_surface->setClasses(names);
    }
    refresh();
}

void SurfaceView::setData(const std::vector<core::session::Point>& points, const QStringList& features)
{
    std::vector<plots::SurfacePoint> shown;
    for (const auto& point : points)
        if (point.split != core::data::SplitName::Test)
            shown.push_back({point.x, point.y, point.target, point.split == core::data::SplitName::Validation});
    m_surface->setPoints(shown);
    m_surface->setFeatures(features.value(0), features.value(1));
}

void SurfaceView::setEmptyText(const QString& text)
{
    m_surface->setEmptyText(text);
}

void SurfaceView::refresh()
{
    const bool any = m_run && !m_run->surfaces().empty();
    m_title->setVisible(any);
    showKeyframes();
    if (!any)
        return;
    const auto& frames = m_run->surfaces();
    if (m_surface && m_shown < 0 && !m_run->opened().classes.empty()) {
        QStringList names;
        for (const std::string& name : m_run->opened().classes)
            names << QString::fromStdString(name);
        m_surface->setClasses(names);
    }
    const bool past = m_run->shownStep().has_value();
    const SurfaceFrame& frame = !past && m_chosen >= 0 ? frames[nearest(frames, double(m_chosen))] : *m_run->surface();
    if (frame.step == m_shown)
        return;
    m_shown = frame.step;
    m_surface->setFrame(frame);
    m_caption = tr("epoch %1").arg(style::count(frame.epoch));
    Q_EMIT captionChanged();
}

void SurfaceView::showKeyframes()
{
    const auto best = m_run ? m_run->best() : std::nullopt;
    if (m_run)
        m_story = storyOf(m_run->surfaces(), best ? best->step : -1);
    else
        m_story.clear();
    QString captions = QString::number(m_chosen) + ' ' + QString::number(m_run ? m_run->shownStep().value_or(-1) : -1);
    for (const std::size_t i : m_story)
        captions += ' ' + QString::number(m_run->surfaces()[i].step);
    if (captions == m_captions)
        return;
    m_captions = captions;
    for (std::size_t i = 0; i < m_minis.size(); ++i) {
        const bool shown = i < m_story.size();
        // Kept in the layout, so that the others do not jump when the next one comes.
        m_minis[i]->setEnabled(shown);
        m_minis[i]->setVisible(shown || !m_story.empty());
        if (!shown) {
            m_minis[i]->setFrame({});
            m_minis[i]->setCaption({});
            m_minis[i]->setChecked(false);
            continue;
        }
        const SurfaceFrame& frame = m_run->surfaces()[m_story[i]];
        m_minis[i]->setFrame(frame);
        m_minis[i]->setCaption(captionOf(frame, i + 1 < m_story.size() ? best : std::nullopt));
        m_minis[i]->setChecked(m_run->shownStep() ? frame.step == *m_run->shownStep()
                               : m_chosen >= 0    ? frame.step == m_chosen
                                                  : i + 1 == m_story.size());
    }
}

void SurfaceView::choose(std::size_t keyframe)
{
    if (!m_run || keyframe >= m_story.size())
        return;
    const bool newest = keyframe + 1 == m_story.size();
    m_chosen = newest ? -1 : m_run->surfaces()[m_story[keyframe]].step;
    m_captions.clear();
    refresh();
}

}
