// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/inspect.h"

#include <QWidget>

#include <array>

namespace ui::models {
class RunModel;
}
namespace ui::plots {
class MiniSurface;
class SurfacePlot;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

/// Four of a run's surfaces that tell its story: the first epoch, one on the way, the best, the last. Indices into
/// `frames`, rising; fewer while there are fewer.
std::vector<std::size_t> storyOf(const std::vector<core::events::SurfaceFrame>& frames, std::int64_t bestStep);

/// The decision surface of a run with two features, live, with its data, and four keyframes below.
class SurfaceView final : public QWidget {
    Q_OBJECT

public:
    explicit SurfaceView(QWidget* parent = nullptr);

    void setRun(const models::RunModel* run);
    /// The data on the plane; `features` are its two names.
    void setData(const std::vector<core::session::Point>& points, const QStringList& features);
    void setEmptyText(const QString& text);
    /// Keyframes beside the surface, in two rows, instead of below.
    void setWide(bool wide);
    void refresh();
    /// `epoch 30`, of the surface in view.
    QString caption() const { return m_caption; }

Q_SIGNALS:
    void captionChanged();

private:
    void arrange(bool wide);
    void choose(std::size_t keyframe);
    void showKeyframes();

    const models::RunModel* m_run = nullptr;
    plots::SurfacePlot* m_surface;
    style::Label* m_title;
    std::array<plots::MiniSurface*, 4> m_minis{};
    std::vector<std::size_t> m_story;
    std::int64_t m_shown = -1;  ///< step of the surface in view
    std::int64_t m_chosen = -1; ///< step of the keyframe that was clicked; -1: the newest
    QString m_caption, m_captions;
};

}
