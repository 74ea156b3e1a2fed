// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/mode_costs.h"
#include "ui/bridge/preview.h"

#include <QWidget>

class QProgressBar;
class QPushButton;

namespace ui::style {
class Label;
}

namespace ui::bridge {
class Workbench;
}

namespace ui::pages {

/// How rows come to a training, all at once or streamed: what each costs on this machine and this data, measured when
/// asked for, and a button that takes the suggestion.
class ModeBar final : public QWidget {
    Q_OBJECT

public:
    explicit ModeBar(bridge::Workbench& bench, QWidget* parent = nullptr);
    ~ModeBar() override;

    bool measuring() const { return m_preview->busy(); }
    QString text() const;
    QPushButton* measureButton() const { return m_measure; }
    QPushButton* useButton() const { return m_use; }

private:
    void refresh();
    void measure();
    void cancel();
    void show(const core::base::Result<core::session::ModeCosts>& measured);
    void say(const QString& rule, const QString& costs, bool problem = false);

    bridge::Workbench& m_bench;
    bridge::Preview* m_preview;
    std::shared_ptr<std::atomic<bool>> m_stop;
    core::base::Value m_asked; ///< the data settings that were measured
    std::string m_suggested;
    style::Label* m_now;
    style::Label* m_rule;
    style::Label* m_costs;
    QProgressBar* m_progress;
    QPushButton* m_measure;
    QPushButton* m_cancel;
    QString m_measureHelp;
    QPushButton* m_use;
};

}
