// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/closing_sentence.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace ui::models {
class FoldCurves;
class RunModel;
}

namespace ui::pages {

/// How much of early stopping's patience is used up: a dot for each epoch, filled when it has passed in vain.
class PatiencePips final : public QWidget {
    Q_OBJECT

public:
    using QWidget::QWidget;
    void setPatience(int waited, int patience);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    int m_waited = 0, m_patience = 0;
};

/// The strip under the curves: what the run says in one sentence, its patience, and what can be done next.
class ClosingBar final : public QWidget {
    Q_OBJECT

public:
    explicit ClosingBar(QWidget* parent = nullptr);

    /// nullptr: nothing to say. Of a fold of `folds` that has ended, what their mean says.
    void setRun(const models::RunModel* run, const models::FoldCurves* folds = nullptr);
    const models::Closing& closing() const { return m_closing; }
    /// No button: while something else trains, or on a page that only shows.
    void setActionsShown(bool shown);
    /// Without a run it offers to train.
    void setOffersTraining(bool offers) { m_offers = offers; }

Q_SIGNALS:
    void wanted(const ui::models::NextStep& next);

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void show(const models::Closing& closing);

    QLabel* m_sentence;
    PatiencePips* m_pips;
    QPushButton* m_button;
    models::Closing m_closing;
    bool m_actions = true, m_offers = false;
};

}
