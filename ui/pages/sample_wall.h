// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/data_view.h"
#include "ui/bridge/preview.h"

#include <QWidget>

namespace ui::bridge {
class DataDesk;
}
namespace ui::plots {
class ImageWall;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

/// Pictures of every class in turn. Digits give the chosen one another label, Delete leaves it out.
class SampleWall final : public QWidget {
    Q_OBJECT

public:
    explicit SampleWall(bridge::DataDesk& desk, QWidget* parent = nullptr);

    void setView(std::shared_ptr<const core::session::DataView> view);
    /// Shows these rows first, such as those that a problem is about.
    void show(const std::vector<std::int64_t>& rows);
    bool busy() const { return m_reading.busy(); }
    plots::ImageWall* wall() const { return m_wall; }
    const std::vector<std::int64_t>& rows() const { return m_rows; }

Q_SIGNALS:
    void currentChanged(qint64 row);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Picture {
        std::int64_t row = 0;
        std::optional<core::session::Look> look; ///< none: it cannot be read
    };
    void fill();
    void take(std::vector<Picture> pictures, std::int64_t looked);

    bridge::DataDesk& m_desk;
    bridge::Preview m_reading;
    std::shared_ptr<const core::session::DataView> m_view;
    std::vector<std::int64_t> m_rows, m_first;
    plots::ImageWall* m_wall;
    style::Label* m_hint;
};

}
