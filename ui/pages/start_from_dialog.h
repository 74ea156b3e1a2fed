// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/models.h"
#include "ui/bridge/preview.h"

#include <QDialog>

class QHBoxLayout;
class QPushButton;
class QVBoxLayout;

namespace ui::bridge {
class Workbench;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

/// The model hub as cards: what each has learned, how well, and what of it fits this experiment. A click starts the
/// experiment from it as one undo step; files are imported by the button or dropped here.
class StartFromDialog final : public QDialog {
    Q_OBJECT

public:
    explicit StartFromDialog(bridge::Workbench& bench, QWidget* parent = nullptr);

    /// Shows the hub for the experiment as it is now.
    void come();
    /// Imports a file under its own name.
    void import(const QString& file);
    const std::vector<core::session::Offer>& shown() const { return m_offers; }
    const std::optional<core::session::Suggestion>& suggestion() const { return m_suggestion; }
    bool busy() const { return m_preview.busy() || m_importing.busy(); }

Q_SIGNALS:
    void filled();

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    struct Hub {
        core::base::Result<std::vector<core::session::Offer>> offers;
        core::base::Result<core::session::Suggestion> suggestion;
    };
    QHBoxLayout* makeFoot();
    void ask();
    void take(Hub hub);
    void fail(const core::base::Error& error);
    QWidget* cardOf(const core::session::Offer& offer);
    void start(const core::session::Offer& offer);
    void applySuggestion();
    void remove(const QString& name);
    void choose();

    bridge::Workbench& m_bench;
    bridge::Preview m_preview, m_importing;
    std::vector<core::session::Offer> m_offers;
    std::optional<core::session::Suggestion> m_suggestion;
    style::Label *m_state, *m_failure, *m_advice, *m_reason;
    bool m_offersFailed = false; ///< what `m_failure` says is why there are no offers
    QWidget* m_banner;
    QPushButton* m_apply;
    QVBoxLayout* m_cards;
};

}
