// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/forms/editor.h"

#include <QAbstractButton>

namespace ui::style {
class Label;
}

namespace ui::forms {

class LinkButton;

/// What stands under and beside a value.
struct RowState {
    core::base::Value value;
    QString note = {};     ///< `edited at step 400`, `takes effect in the next run`
    QString fallback = {}; ///< the default's text, if the value is another; clicking it goes back
    QString problem = {};
};

/// One field: its name, its editor, its note and its problem. 40 px high, 20 more with a note.
class FieldRow final : public QWidget {
    Q_OBJECT

public:
    static constexpr int rowHeight = 40;

    FieldRow(core::base::Field field, QString path, QString name, Editor* editor, QWidget* parent = nullptr);

    const core::base::Field& field() const { return m_field; }
    const QString& path() const { return m_path; }
    Editor* editor() const { return m_editor; }
    void display(const RowState& state);
    /// What the note and the problem say now.
    QString noteText() const;
    QString problemText() const;

Q_SIGNALS:
    void committed(const core::base::Value& value);
    void resetAsked();
    void focusEntered();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void place();

    core::base::Field m_field;
    QString m_path;
    QWidget* m_top;
    style::Label* m_name;
    Editor* m_editor;
    LinkButton* m_note;
    style::Label* m_problem;
};

/// The tooltip that teaches: path, text, formula, what too low and too high look like.
QString teachingTip(const core::base::Field& field, const QString& path);

/// A muted line that can be clicked and reached by Tab; two lines where one is too short.
class LinkButton final : public QAbstractButton {
    Q_OBJECT

public:
    explicit LinkButton(QWidget* parent = nullptr);
    /// `plain` is only read; `link` after it is what a click does.
    void setParts(const QString& plain, const QString& link);
    QSize sizeHint() const override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool hitButton(const QPoint& position) const override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    bool broken(int width) const;
    QRect linkRect() const;
    QString m_plain, m_link;
};

}
