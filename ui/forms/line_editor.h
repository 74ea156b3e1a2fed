// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/forms/editor.h"

class QLabel;
class QLineEdit;
class QToolButton;

namespace ui::forms {

/// A value as a line of text: numbers, lists, names, paths, trees. Enter and leaving commit, Esc takes the typing back,
/// up and down step where the field has an order (Page up and down by ten), and so does the wheel while it has the
/// keyboard. Words that may stand instead of a value (`off`, `full`) are typed or chosen.
class LineEditor final : public Editor {
    Q_OBJECT

public:
    explicit LineEditor(const core::base::Field& field, QWidget* parent = nullptr);

    void display(const core::base::Value& value) override;
    int wantedWidth() const override;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    bool pressed(int key);
    void commit();
    void revert();
    void step(int direction, bool large);
    void choose(const QString& word);
    void addWords();
    void addBrowse();
    void placeParts();

    core::base::Field m_field;
    core::base::Value m_value;
    QLineEdit* m_line;
    QLabel* m_unit = nullptr;
    QToolButton* m_sign = nullptr; ///< opens the words or the file dialog
};

}
