// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/inspect.h"
#include "ui/bridge/preview.h"
#include "ui/pages/page.h"

#include <functional>

class QGridLayout;
class QPushButton;

namespace ui::style {
class Label;
}

namespace ui::pages {

class NetworkView;
class TransferPanel;

/// The network as it would be built: blocks, shapes, parameters, memory; of an estimator its rounds. On request the
/// time of a run from a few measured steps. It follows every change of the form.
class ModelPage final : public Page {
    Q_OBJECT

public:
    explicit ModelPage(bridge::Workbench& bench, QWidget* parent = nullptr);

    QStringList inspected() const override { return {QStringLiteral("model")}; }
    const core::session::ModelPreview& shown() const { return m_shown; }
    NetworkView* network() const { return m_network; }
    TransferPanel* transfer() const { return m_transfer; }
    bool busy() const { return m_preview.busy(); }

protected:
    void showEvent(QShowEvent* event) override;

private:
    void ask();
    void take(core::base::Result<core::session::ModelPreview> preview);
    void measure();
    void showFacts();
    void showSparks();
    void nameFacts(const QStringList& names, const QString& memory);
    void showNetwork(bool some, bool fits);
    void showRounds();
    void offerKinds();
    /// Changes the list of layers as one undo step.
    void edit(const QString& what, const std::function<void(core::base::Array&)>& change);

    bridge::Workbench& m_bench;
    bridge::Preview m_preview;
    bridge::Preview m_measuring;
    core::base::Value m_asked;
    core::session::ModelPreview m_shown;
    QString m_sparksShown; ///< of which run, how much of it
    NetworkView* m_network;
    style::Label* m_title;
    style::Label* m_sum;
    style::Label* m_state;
    style::Label* m_failure;
    std::vector<std::pair<style::Label*, style::Label*>> m_facts; ///< names and values
    style::Label* m_estimate;
    TransferPanel* m_transfer;
    QPushButton* m_measure;
    QPushButton* m_add; ///< a layer, where they are free
};

}
